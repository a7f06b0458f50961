import { RocketConfigError } from '../errors/rocket-config-error';
import type { TopicDefinition } from './topic-definition';

/** Where a message goes: `topic`, `topic:tag`, or a topic definition. */
export type Destination<T = unknown> = string | TopicDefinition<T>;

/** Reads `topic` or `topic:tag`. */
export function parseDestination(destination: Destination): TopicDefinition {
  if (typeof destination !== 'string') return destination;
  const colon = destination.indexOf(':');
  const topic = colon < 0 ? destination : destination.slice(0, colon);
  const tag = colon < 0 ? undefined : destination.slice(colon + 1);
  if (topic === '' || tag === '') {
    throw new RocketConfigError(
      `the destination '${destination}' is not of the form 'topic' or 'topic:tag'`,
    );
  }
  return tag === undefined ? { topic } : { topic, tag };
}
