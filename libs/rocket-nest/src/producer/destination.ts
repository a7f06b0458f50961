import { RocketConfigError } from '../errors/rocket-config-error';

/** Where a message goes. */
export interface Destination {
  readonly topic: string;
  readonly tag?: string;
}

/** Reads `topic` or `topic:tag`. */
export function parseDestination(text: string): Destination {
  const colon = text.indexOf(':');
  const topic = colon < 0 ? text : text.slice(0, colon);
  const tag = colon < 0 ? undefined : text.slice(colon + 1);
  if (topic === '' || tag === '') {
    throw new RocketConfigError(
      `the destination '${text}' is not of the form 'topic' or 'topic:tag'`,
    );
  }
  return tag === undefined ? { topic } : { topic, tag };
}
