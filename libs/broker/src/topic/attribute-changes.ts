import { RocketError, TopicAttribute } from '@rocket-nest/common';

/** What a topic attribute may be set to. */
interface AttributeRule {
  /** False: it can be given at creation only. */
  readonly changeable: boolean;
  isValid(value: string): boolean;
}

const oneOf = (...values: string[]): ((value: string) => boolean) => {
  return (value) => values.includes(value);
};

const fromMinusOneTo = (max: number): ((value: string) => boolean) => {
  return (value) => /^-?[0-9]{1,15}$/.test(value) && Number(value) >= -1 && Number(value) <= max;
};

/** Lite topics expire after at most 30 days, given in minutes. */
const MAX_LITE_TOPIC_EXPIRATION_MINUTES = 43_200;

const TOPIC_ATTRIBUTE_RULES: ReadonlyMap<string, AttributeRule> = new Map([
  [TopicAttribute.QUEUE_TYPE, { changeable: false, isValid: oneOf('SimpleCQ', 'BatchCQ') }],
  [TopicAttribute.CLEANUP_POLICY, { changeable: false, isValid: oneOf('DELETE', 'COMPACTION') }],
  [
    TopicAttribute.MESSAGE_TYPE,
    {
      changeable: true,
      isValid: oneOf(
        'UNSPECIFIED',
        'NORMAL',
        'FIFO',
        'DELAY',
        'TRANSACTION',
        'MIXED',
        'PRIORITY',
        'LITE',
      ),
    },
  ],
  [
    TopicAttribute.RESERVE_TIME,
    { changeable: true, isValid: fromMinusOneTo(Number.MAX_SAFE_INTEGER) },
  ],
  [
    TopicAttribute.LITE_TOPIC_EXPIRATION,
    { changeable: true, isValid: fromMinusOneTo(MAX_LITE_TOPIC_EXPIRATION_MINUTES) },
  ],
]);

/**
 * Attributes after `changes`, whose keys are `+name` to set and `-name` to remove. Throws
 * CONFIG_INVALID, naming the attribute, when one is unknown, changed where it must not be, or set
 * to what it cannot be.
 */
export function applyTopicAttributeChanges(
  current: ReadonlyMap<string, string>,
  changes: ReadonlyMap<string, string>,
  isNewTopic: boolean,
): Map<string, string> {
  const result = new Map(current);
  for (const [key, value] of changes) {
    const name = key.slice(1);
    const rule = TOPIC_ATTRIBUTE_RULES.get(name);
    if (key[0] !== '+' && key[0] !== '-') {
      throw refused(`the attribute "${key}" must be written as +${key}=value or -${key}`);
    }
    if (!rule) throw refused(`there is no topic attribute "${name}"`);
    if (!isNewTopic && !rule.changeable) {
      throw refused(`the attribute "${name}" can only be given when the topic is created`);
    }
    if (key[0] === '-') {
      if (isNewTopic) throw refused(`a new topic has no attribute "${name}" to remove`);
      result.delete(name);
      continue;
    }
    if (!rule.isValid(value)) throw refused(`the attribute "${name}" cannot be "${value}"`);
    result.set(name, value);
  }
  return result;
}

function refused(message: string): RocketError {
  return new RocketError('CONFIG_INVALID', message);
}
