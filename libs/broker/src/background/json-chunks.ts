/** A JSON object given as entries made on demand, so that a large table needs no copy. */
export class JsonEntries {
  constructor(readonly entries: () => Iterable<readonly [string | number, JsonValue]>) {}
}

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly JsonValue[]
  | ReadonlyMap<string | number, JsonValue>
  | JsonEntries
  | { readonly [name: string]: JsonValue };

/** How deep objects are cut into chunks; what lies deeper comes in one piece. */
const CHUNKED_DEPTH = 2;

/**
 * The text of `value` piece by piece. `pretty` is the form of RocketMQ's files: tab indentation,
 * arrays of numbers on one line, number keys of Maps bare; otherwise they are quoted, which every
 * reader takes. Members that are undefined are left out.
 */
export function* jsonChunks(value: JsonValue, pretty: boolean, depth = 0): Generator<string> {
  if (!isObject(value) || depth >= CHUNKED_DEPTH) {
    yield textOf(value, pretty, depth);
    return;
  }
  let head = '{';
  for (const [key, member] of entriesOf(value)) {
    if (member === undefined) continue;
    yield head + lineBreak(pretty, depth + 1) + keyText(key, pretty);
    yield* jsonChunks(member, pretty, depth + 1);
    head = ',';
  }
  yield head === '{' ? '{}' : lineBreak(pretty, depth) + '}';
}

function textOf(value: JsonValue, pretty: boolean, depth: number): string {
  if (isArray(value)) return arrayText(value, pretty, depth);
  if (!isObject(value)) return JSON.stringify(value ?? null);
  let text = '';
  for (const [key, member] of entriesOf(value)) {
    if (member === undefined) continue;
    text += (text === '' ? '{' : ',') + lineBreak(pretty, depth + 1) + keyText(key, pretty);
    text += textOf(member, pretty, depth + 1);
  }
  return text === '' ? '{}' : text + lineBreak(pretty, depth) + '}';
}

function arrayText(items: readonly JsonValue[], pretty: boolean, depth: number): string {
  if (items.length === 0) return '[]';
  const inLine = !pretty || items.every((item) => typeof item === 'number');
  const parts = items.map((item) => textOf(item, pretty, depth + 1));
  if (inLine) return `[${parts.join(',')}]`;
  const inner = lineBreak(pretty, depth + 1);
  return `[${inner}${parts.join(',' + inner)}${lineBreak(pretty, depth)}]`;
}

function keyText(key: string | number, pretty: boolean): string {
  return pretty && typeof key === 'number' ? `${key}:` : `${JSON.stringify(String(key))}:`;
}

function lineBreak(pretty: boolean, depth: number): string {
  return pretty ? '\n' + '\t'.repeat(depth) : '';
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

type JsonObject =
  ReadonlyMap<string | number, JsonValue> | JsonEntries | { readonly [name: string]: JsonValue };

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entriesOf(value: JsonObject): Iterable<readonly [string | number, JsonValue]> {
  if (value instanceof JsonEntries) return value.entries();
  if (value instanceof Map) return value as ReadonlyMap<string | number, JsonValue>;
  return Object.entries(value);
}
