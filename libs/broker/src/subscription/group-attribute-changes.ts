import { RocketError } from '@rocket-nest/common';

type IsValid = (value: string) => boolean;

const anyText: IsValid = () => true;
const oneOf =
  (...values: string[]): IsValid =>
  (value) =>
    values.includes(value);
const integerFrom =
  (min: number, max: number = Number.MAX_SAFE_INTEGER): IsValid =>
  (value) =>
    /^-?[0-9]{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max;

/** What the attributes of a consumer group may be set to. */
const GROUP_ATTRIBUTE_RULES: ReadonlyMap<string, IsValid> = new Map([
  ['priority.factor', integerFrom(0, 100)],
  ['lite.bind.topic', anyText],
  ['lite.sub.client.max.event.cnt', integerFrom(10)],
  ['lite.sub.client.quota', integerFrom(-1)],
  ['lite.sub.model', oneOf('Exclusive', 'Shared')],
  ['lite.sub.reset.offset.exclusive', oneOf('true', 'false')],
  ['lite.sub.reset.offset.unsubscribe', oneOf('true', 'false')],
  ['lite.sub.wildcard', anyText],
]);

/**
 * Attributes after `changes`, whose keys are `+name` to set and `-name` to remove. Throws
 * CONFIG_INVALID, naming the attribute, when one is unknown or set to what it cannot be.
 */
export function applyGroupAttributeChanges(
  current: ReadonlyMap<string, string>,
  changes: ReadonlyMap<string, string>,
): Map<string, string> {
  const result = new Map(current);
  for (const [key, value] of changes) {
    const name = key.slice(1);
    const isValid = GROUP_ATTRIBUTE_RULES.get(name);
    if (key[0] !== '+' && key[0] !== '-') {
      throw refused(`the attribute "${key}" must be written as +${key}=value or -${key}`);
    }
    if (!isValid) throw refused(`there is no group attribute "${name}"`);
    if (key[0] === '-') {
      result.delete(name);
      continue;
    }
    if (!isValid(value)) throw refused(`the attribute "${name}" cannot be "${value}"`);
    result.set(name, value);
  }
  return result;
}

function refused(message: string): RocketError {
  return new RocketError('CONFIG_INVALID', message);
}
