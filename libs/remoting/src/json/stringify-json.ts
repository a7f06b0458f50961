import assert from 'node:assert';

/** A map whose keys are objects, written `{{"topic":"t"}:5}`. */
export class ObjectKeyMap {
  constructor(readonly entries: Iterable<readonly [key: unknown, value: unknown]>) {}
}

export interface StringifyJsonOptions {
  /** Written once per level, with line breaks; RocketMQ's config files have a tab. Default: compact. */
  readonly indent?: string;
  /** Writes integer keys of Maps without quotes, as RocketMQ's config files have them. */
  readonly bareIntegerKeys?: boolean;
}

/**
 * Writes JSON: plain objects and Maps as objects (members that are undefined or null left out),
 * `ObjectKeyMap` with objects as names, arrays and Sets as arrays, bigints in full. Numbers that are
 * not finite are written as null.
 */
export function stringifyJson(value: unknown, options: StringifyJsonOptions = {}): string {
  return write(value, options, '\n');
}

function write(value: unknown, options: StringifyJsonOptions, newLine: string): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'undefined':
      return 'null';
    case 'object':
      return value === null ? 'null' : writeObject(value, options, newLine);
    default:
      throw new assert.AssertionError({ message: `${typeof value} is no JSON value` });
  }
}

function writeObject(value: object, options: StringifyJsonOptions, newLine: string): string {
  const inner = options.indent === undefined ? '' : newLine + options.indent;
  if (Array.isArray(value) || value instanceof Set) {
    return writeArray([...(value as Iterable<unknown>)], options, newLine, inner);
  }
  const members: string[] = [];
  for (const [key, member] of membersOf(value)) {
    if (member === undefined || member === null) continue;
    members.push(`${writeKey(key, options)}:${write(member, options, inner)}`);
  }
  return wrap('{', members, '}', inner, newLine);
}

function membersOf(value: object): Iterable<readonly [unknown, unknown]> {
  if (value instanceof ObjectKeyMap) return value.entries;
  return value instanceof Map ? value : Object.entries(value);
}

function writeKey(key: unknown, options: StringifyJsonOptions): string {
  if (typeof key === 'object') return write(key, {}, '');
  if (typeof key === 'number' && options.bareIntegerKeys === true) return String(key);
  return JSON.stringify(String(key));
}

/** Numbers stay on one line even when indenting. */
function writeArray(
  items: unknown[],
  options: StringifyJsonOptions,
  newLine: string,
  inner: string,
): string {
  const written = items.map((item) => write(item, options, inner));
  const isFlat = items.every((item) => typeof item === 'number');
  return isFlat ? `[${written.join(',')}]` : wrap('[', written, ']', inner, newLine);
}

function wrap(open: string, items: string[], close: string, inner: string, end: string): string {
  if (items.length === 0) return open + close;
  return open + inner + items.join(`,${inner}`) + (inner === '' ? '' : end) + close;
}
