import { validateTopic } from '@rocket-nest/common';
import { RocketConfigError } from '../errors/rocket-config-error';
import { parseDestination } from '../producer/destination';
import type { TopicDefinition } from '../producer/topic-definition';

/** Says where messages of a pattern go; objects come as Nest writes them, `{"cmd":"sum"}`. */
export type DestinationOfPattern = (pattern: string) => string;

/** Message property with the pattern, where the destination does not tell it. */
export const PATTERN_PROPERTY = 'nestPattern';

const ILLEGAL_IN_TOPIC = /[^%|a-zA-Z0-9_-]+/g;
const DESTINATION = /^[%|a-zA-Z0-9_-]+(?::[a-zA-Z0-9_-]+)?$/;

/**
 * The topic and tag of a pattern. A pattern of the form `topic` or `topic:tag` is its own
 * destination, so that events of other senders have a pattern too; in any other one what no topic
 * may contain becomes `_`: `user.created` goes to `user_created`, `{"cmd":"sum"}` to `cmd_sum`.
 */
export function destinationOfPattern(
  pattern: string,
  custom?: DestinationOfPattern,
): TopicDefinition {
  if (custom) return parseDestination(custom(pattern));
  if (DESTINATION.test(pattern)) return parseDestination(pattern);
  const topic = pattern.replace(ILLEGAL_IN_TOPIC, '_').replace(/^_+|_+$/g, '');
  const problem = validateTopic(topic);
  if (!problem) return { topic };
  throw new RocketConfigError(
    `the pattern '${pattern}' makes no topic: ${problem.message} ` +
      "Use another pattern, or set 'destinationOf' of server and client",
  );
}

/** The pattern as a header, when the destination alone would not tell it. */
export function patternHeaders(
  pattern: string,
  { topic, tag }: TopicDefinition,
): Record<string, string> {
  const told = tag === undefined ? topic : `${topic}:${tag}`;
  return told === pattern ? {} : { [PATTERN_PROPERTY]: pattern };
}
