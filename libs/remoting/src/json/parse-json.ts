import { RemotingError } from '../protocol/remoting-error';
import type { JsonObject, JsonValue } from './json-value';

export interface ParseJsonOptions {
  /** Arrays and objects inside each other. Default 32. */
  readonly maxDepth?: number;
}

/** Nesting that is accepted unless told otherwise. */
export const MAX_JSON_DEPTH = 32;

/**
 * Reads JSON as RocketMQ's peers write it. Beyond the standard it takes: integers without quotes as
 * names (`{0:"a"}`), objects as names (`{{"topic":"t"}:5}`), single quotes, trailing commas and
 * comments. Names without quotes are refused. Throws BAD_JSON with the position, also when the
 * nesting is deeper than `maxDepth`.
 */
export function parseJson(source: string | Buffer, options: ParseJsonOptions = {}): JsonValue {
  const text = typeof source === 'string' ? source : source.toString('utf8');
  return new JsonParser(text, options.maxDepth ?? MAX_JSON_DEPTH).parse();
}

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const STAR = 0x2a;
const COMMA = 0x2c;
const MINUS = 0x2d;
const SLASH = 0x2f;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const NUMBER = /-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const INTEGER_NAME = /-?[0-9]+/y;
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '0': '\0',
};

class JsonParser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly maxDepth: number,
  ) {}

  parse(): JsonValue {
    const value = this.value();
    this.skipSpace();
    if (this.at < this.text.length) throw this.error('text after the value');
    return value;
  }

  private value(): JsonValue {
    const char = this.skipSpace();
    switch (char) {
      case OPEN_BRACE:
        return this.object();
      case OPEN_BRACKET:
        return this.array();
      case QUOTE:
      case APOSTROPHE:
        return this.quoted(char);
      case 0x74:
        return this.word('true', true);
      case 0x66:
        return this.word('false', false);
      case 0x6e:
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  private object(): JsonValue {
    this.enter();
    const object = Object.create(null) as JsonObject;
    let pairs: JsonValue[] | undefined;
    for (let char = this.skipSpace(); char !== CLOSE_BRACE; char = this.separator(CLOSE_BRACE)) {
      if (char === OPEN_BRACE) {
        const key = this.object();
        this.colon();
        (pairs ??= Object.entries(object)).push([key, this.value()]);
        continue;
      }
      const name = this.name(char);
      this.colon();
      const value = this.value();
      if (pairs === undefined) object[name] = value;
      else pairs.push([name, value]);
    }
    this.leave();
    return pairs ?? object;
  }

  private name(char: number): string {
    if (char === QUOTE || char === APOSTROPHE) return this.quoted(char);
    if (char === MINUS || (char >= 0x30 && char <= 0x39)) {
      INTEGER_NAME.lastIndex = this.at;
      const found = INTEGER_NAME.exec(this.text);
      if (found !== null) {
        this.at = INTEGER_NAME.lastIndex;
        return found[0];
      }
    }
    throw this.error('a name in quotes was expected');
  }

  private array(): JsonValue[] {
    this.enter();
    const items: JsonValue[] = [];
    for (let char = this.skipSpace(); char !== CLOSE_BRACKET;) {
      items.push(this.value());
      char = this.separator(CLOSE_BRACKET);
    }
    this.leave();
    return items;
  }

  private enter(): void {
    this.at++;
    if (++this.depth > this.maxDepth) throw this.error(`nesting deeper than ${this.maxDepth}`);
  }

  private leave(): void {
    this.at++;
    this.depth--;
  }

  private colon(): void {
    if (this.skipSpace() !== COLON) throw this.error('a colon was expected');
    this.at++;
  }

  /** After an item: passes a comma, and gives the character that follows. */
  private separator(close: number): number {
    const char = this.skipSpace();
    if (char === close) return char;
    if (char !== COMMA) throw this.error('a comma was expected');
    this.at++;
    return this.skipSpace();
  }

  private quoted(quote: number): string {
    const { text } = this;
    const start = this.at + 1;
    for (let end = start; end < text.length; end++) {
      const char = text.charCodeAt(end);
      if (char === quote) {
        this.at = end + 1;
        return text.slice(start, end);
      }
      if (char === BACKSLASH) return this.escaped(quote, start, end);
    }
    throw this.error('a text without end');
  }

  /** The rest of a text, from its first backslash at `end`. */
  private escaped(quote: number, start: number, end: number): string {
    const { text } = this;
    let result = '';
    let from = start;
    for (let at = end; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (char === quote) {
        this.at = at + 1;
        return result + text.slice(from, at);
      }
      if (char !== BACKSLASH) continue;
      result += text.slice(from, at) + this.escape(at + 1);
      at += this.escapeLength(at + 1);
      from = at + 1;
    }
    throw this.error('a text without end');
  }

  private escape(at: number): string {
    const letter = this.text.charAt(at);
    const digits = this.escapeLength(at) - 1;
    if (digits === 0) return ESCAPES[letter] ?? letter;
    const hex = this.text.slice(at + 1, at + 1 + digits);
    if (hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex)) throw this.error('a broken escape');
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  /** Characters of an escape after its backslash: u and four digits, x and two, else one letter. */
  private escapeLength(at: number): number {
    const char = this.text.charCodeAt(at);
    if (char === 0x75) return 5;
    return char === 0x78 ? 3 : 1;
  }

  private word<T extends JsonValue>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.error('no value');
    this.at += word.length;
    return value;
  }

  private number(): number | bigint {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text);
    if (found === null) throw this.error(this.at < this.text.length ? 'no value' : 'it ends early');
    this.at = NUMBER.lastIndex;
    const value = Number(found[0]);
    const isInteger = found[1] === undefined && found[2] === undefined;
    return isInteger && !Number.isSafeInteger(value) ? BigInt(found[0]) : value;
  }

  /** Passes white space and comments; gives the character that follows, NaN at the end. */
  private skipSpace(): number {
    for (;;) {
      const char = this.text.charCodeAt(this.at);
      if (char === 0x20 || (char >= 0x09 && char <= 0x0d) || char === 0xfeff) this.at++;
      else if (char === SLASH) this.skipComment();
      else return char;
    }
  }

  private skipComment(): void {
    const kind = this.text.charCodeAt(this.at + 1);
    const close = kind === STAR ? '*/' : kind === SLASH ? '\n' : undefined;
    if (close === undefined) throw this.error('no value');
    const end = this.text.indexOf(close, this.at + 2);
    this.at = end < 0 ? this.text.length : end + close.length;
  }

  private error(what: string): RemotingError {
    return new RemotingError('BAD_JSON', `not JSON at character ${this.at}: ${what}`);
  }
}
