import assert from 'node:assert';

import { toSafeInteger } from '../protocol/header-field';
import { RemotingError } from '../protocol/remoting-error';
import { isJsonObject } from '../json/json-value';
import type { JsonValue } from '../json/json-value';
import { parseJson } from '../json/parse-json';
import { ObjectKeyMap } from '../json/stringify-json';

/** How one kind of value is read from parsed JSON and made ready for `stringifyJson`. */
export interface BodyType<T, I = T> {
  /** `path` names the field in errors. `value` is neither null nor undefined. */
  read(value: JsonValue, path: string): T;
  write(value: I): unknown;
}

export type BodyPresence = 'required' | 'optional' | 'defaulted';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a field of any type
export interface BodyField<T = any, P extends BodyPresence = BodyPresence, I = T> extends BodyType<
  T,
  I
> {
  readonly presence: P;
  /** The value of an absent field; made anew each time. */
  readonly makeDefault: (() => T) | undefined;
  /** Other names it is read by. */
  readonly aliases: readonly string[];
}

/** A field as first declared: optional. */
export interface PlainField<T, I = T> extends BodyField<T, 'optional', I> {
  /** Its absence is an error. */
  required(): BodyField<T, 'required', I>;
  orElse(value: T): BodyField<T, 'defaulted', I>;
  orMake(make: () => T): BodyField<T, 'defaulted', I>;
  /** It is read by these names too; it is written by its own. */
  alias(...names: string[]): PlainField<T, I>;
}

export function declareField<T, I = T>(
  type: BodyType<T, I>,
  aliases: readonly string[] = [],
): PlainField<T, I> {
  const { read, write } = type;
  const orMake = (make: () => T): BodyField<T, 'defaulted', I> => ({
    read,
    write,
    aliases,
    presence: 'defaulted',
    makeDefault: make,
  });
  return {
    read,
    write,
    aliases,
    presence: 'optional',
    makeDefault: undefined,
    required: () => ({ read, write, aliases, presence: 'required', makeDefault: undefined }),
    orElse: (value) => orMake(() => value),
    orMake,
    alias: (...names) => declareField(type, names),
  };
}

export function invalid(path: string, wanted: string): RemotingError {
  return new RemotingError('BODY_INVALID', `the body's field ${path} is not ${wanted}`);
}

function readNumber(value: JsonValue): number {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' || (typeof value === 'string' && value !== '')
    ? Number(value)
    : NaN;
}

function readInteger(value: JsonValue, path: string): number {
  const number = readNumber(value);
  if (Number.isInteger(number)) return toSafeInteger(number);
  throw invalid(path, 'an integer');
}

function writeInteger(value: number): number {
  assert(Number.isSafeInteger(value), `no safe integer: ${value}`);
  return value;
}

/** Text; numbers and booleans are taken as their text. */
export const text = (): PlainField<string> =>
  declareField({
    read: (value, path) => {
      if (typeof value === 'object') throw invalid(path, 'a text');
      return String(value);
    },
    write: (value) => value,
  });

/** An integer, also when it comes as text; beyond the safe integers the nearest safe one. */
export const int = (): PlainField<number> =>
  declareField({ read: readInteger, write: writeInteger });
export const long = int;

export const double = (): PlainField<number> =>
  declareField({
    read: (value, path) => {
      const number = readNumber(value);
      if (Number.isNaN(number)) throw invalid(path, 'a number');
      return number;
    },
    write: (value) => value,
  });

export const bool = (): PlainField<boolean> =>
  declareField({
    read: (value, path) => {
      if (typeof value === 'object') throw invalid(path, 'true or false');
      return typeof value === 'string' ? value.toLowerCase() === 'true' : Boolean(value);
    },
    write: (value) => value,
  });

/** One of `names`; read ignoring case or by its ordinal. Unknown text reads as absent. */
export const oneOf = <const N extends readonly string[]>(names: N): PlainField<N[number]> =>
  declareField<N[number]>({
    read: (value) => {
      const found = typeof value === 'number' ? names[value] : matchName(names, String(value));
      return found as N[number];
    },
    write: (value) => value,
  });

function matchName(names: readonly string[], name: string): string | undefined {
  const wanted = name.toUpperCase();
  return names.find((candidate) => candidate.toUpperCase() === wanted);
}

/** An array; items that are null are left out. */
export const list = <T, I>(item: BodyType<T, I>): PlainField<T[], readonly I[]> =>
  declareField({
    read: (value, path) => {
      if (!Array.isArray(value)) throw invalid(path, 'an array');
      const items: T[] = [];
      for (const each of value) if (each !== null) items.push(item.read(each, path));
      return items;
    },
    write: (items) => items.map((each) => item.write(each)),
  });

/** An object with texts as names; members that are null are left out. */
export const mapOf = <T, I>(
  item: BodyType<T, I>,
): PlainField<Map<string, T>, ReadonlyMap<string, I>> =>
  declareField({
    read: (value, path) => readMap(value, item, path, (name) => name),
    write: (map) => writeMap(map, item),
  });

/** An object with integers as names. */
export const intMapOf = <T, I>(
  item: BodyType<T, I>,
): PlainField<Map<number, T>, ReadonlyMap<number, I>> =>
  declareField({
    read: (value, path) => readMap(value, item, path, (name) => readInteger(name, path)),
    write: (map) => writeMap(map, item),
  });

function readMap<K, T>(
  value: JsonValue,
  item: Pick<BodyType<T>, 'read'>,
  path: string,
  readName: (name: string) => K,
): Map<K, T> {
  if (!isJsonObject(value)) throw invalid(path, 'an object');
  const map = new Map<K, T>();
  for (const [name, member] of Object.entries(value)) {
    if (member !== null) map.set(readName(name), item.read(member, `${path}.${name}`));
  }
  return map;
}

function writeMap<K, I>(map: ReadonlyMap<K, I>, item: Pick<BodyType<I>, 'write'>): Map<K, unknown> {
  const written = new Map<K, unknown>();
  for (const [name, member] of map) written.set(name, item.write(member));
  return written;
}

/** A map whose keys are objects, as pairs. */
export const pairsOf = <K, T, J, I>(
  key: BodyType<K, J>,
  item: BodyType<T, I>,
): PlainField<[K, T][], Iterable<readonly [J, I]>> =>
  declareField({
    read: (value, path) =>
      readPairs(value, path).map(([k, v]) => [key.read(k, path), item.read(v, path)]),
    write: (pairs) => new ObjectKeyMap([...pairs].map(([k, v]) => [key.write(k), item.write(v)])),
  });

/** Some older clients write the key as a text that holds its JSON. */
function readPairs(value: JsonValue, path: string): [JsonValue, JsonValue][] {
  if (Array.isArray(value)) return value.filter(isPair);
  if (!isJsonObject(value)) throw invalid(path, 'a map with objects as keys');
  return Object.entries(value).map(([key, item]) => [parseJson(key), item]);
}

function isPair(value: JsonValue): value is [JsonValue, JsonValue] {
  return Array.isArray(value) && value.length === 2 && value[1] !== null;
}
