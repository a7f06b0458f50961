import { DataVersion } from '@rocket-nest/common';
import type { JsonValue } from './json-chunks';

/** Entries of a parsed JSON object, whichever form the reader gave it; none for anything else. */
export function jsonEntriesOf(value: unknown): Iterable<readonly [string, unknown]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  if (value instanceof Map) return mapEntries(value as Map<unknown, unknown>);
  return Object.entries(value);
}

/** A member of a parsed JSON object, undefined when there is none. */
export function jsonMember(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (value instanceof Map) return (value as Map<unknown, unknown>).get(name);
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** The version at the head of a configuration file; all zero when it is missing. */
export function asDataVersion(value: unknown): DataVersion {
  const number = (name: string): number => {
    const found = Number(jsonMember(value, name));
    return Number.isSafeInteger(found) ? found : 0;
  };
  return new DataVersion({
    counter: number('counter'),
    stateVersion: number('stateVersion'),
    timestamp: number('timestamp'),
  });
}

export function dataVersionJson(version: DataVersion): JsonValue {
  const { counter, stateVersion, timestamp } = version;
  return { counter, stateVersion, timestamp };
}

function* mapEntries(map: Map<unknown, unknown>): Generator<readonly [string, unknown]> {
  for (const [key, value] of map) yield [String(key), value];
}
