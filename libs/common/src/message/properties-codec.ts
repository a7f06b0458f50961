import { RocketError } from '../errors/rocket-error';
import { NAME_VALUE_SEPARATOR, PROPERTY_SEPARATOR } from './message-const';

/*
 * Encoded properties: name 0x01 value 0x02, repeated; the last 0x02 may be missing in old data.
 * A piece with an empty name or an empty value counts for nothing, as with the original.
 */

const NAME_END = 0x01;
const PROPERTY_END = 0x02;
/** One byte of name, its end, one byte of value. */
const SHORTEST_PIECE = 3;
/** What a record's 16-bit length field can hold. */
export const PROPERTIES_MAX_BYTES = 0x7fff;

/** The text form of `properties`, as send requests and records carry it. */
export function encodeProperties(properties: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [name, value] of properties) {
    if (
      name.includes(NAME_VALUE_SEPARATOR) ||
      name.includes(PROPERTY_SEPARATOR) ||
      value.includes(PROPERTY_SEPARATOR)
    ) {
      throw new RocketError(
        'INVALID_MESSAGE',
        `the message property ${JSON.stringify(name)} contains a control character that separates ` +
          'properties (U+0001 or U+0002): remove it',
      );
    }
    text += name + NAME_VALUE_SEPARATOR + value + PROPERTY_SEPARATOR;
  }
  return text;
}

/** Reads encoded properties; where a name comes twice the later one counts. */
export function decodeProperties(source: string | Buffer): Map<string, string> {
  const text = typeof source === 'string' ? source : source.toString('utf8');
  const properties = new Map<string, string>();
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf(PROPERTY_SEPARATOR, start);
    if (end < 0) end = text.length;
    if (end - start >= SHORTEST_PIECE) {
      const nameEnd = text.indexOf(NAME_VALUE_SEPARATOR, start);
      if (nameEnd > start && nameEnd < end - 1) {
        properties.set(text.slice(start, nameEnd), text.slice(nameEnd + 1, end));
      }
    }
    start = end + 1;
  }
  return properties;
}

/**
 * Where the value of property `name` begins in the encoded properties `source[start, end)`, or -1.
 * Nothing is decoded: for paths that look at one property of each message.
 */
export function findProperty(source: Buffer, start: number, end: number, name: Buffer): number {
  const nameLength = name.length;
  let found = -1;
  let at = start;
  while (at + nameLength + 1 < end) {
    let i = 0;
    while (i < nameLength && source[at + i] === name[i]) i++;
    const valueAt = at + nameLength + 1;
    if (i === nameLength && source[valueAt - 1] === NAME_END && source[valueAt] !== PROPERTY_END) {
      found = valueAt;
    }
    at = endOfPropertyValue(source, at, end) + 1;
  }
  return found;
}

/** Where the value that contains byte `from` ends: the offset of its end mark, or `end`. */
export function endOfPropertyValue(source: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && source[at] !== PROPERTY_END) at++;
  return at;
}

/** The value of one property of encoded properties, undefined when it is not there. */
export function propertyValueOf(properties: Buffer, name: string | Buffer): string | undefined {
  const nameBytes = typeof name === 'string' ? Buffer.from(name) : name;
  const start = findProperty(properties, 0, properties.length, nameBytes);
  if (start < 0) return undefined;
  const end = endOfPropertyValue(properties, start, properties.length);
  return properties.toString('utf8', start, end);
}

/** Encoded properties `first` then `second`, with the end mark that `first` may lack. */
export function joinProperties(first: Buffer, second: Buffer): Buffer {
  if (first.length === 0) return second;
  if (second.length === 0) return first;
  const gap = first[first.length - 1] === PROPERTY_END ? 0 : 1;
  const joined = Buffer.allocUnsafe(first.length + gap + second.length);
  first.copy(joined, 0);
  joined[joined.length - second.length - 1] = PROPERTY_END;
  second.copy(joined, first.length + gap);
  return joined;
}
