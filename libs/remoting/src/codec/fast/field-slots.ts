import { RawBinaryFields, nameEndAt, valueEndAt } from '../../protocol/binary-fields';
import { parseInt32, parseLong } from '../../protocol/header-field';
import { RawJsonFields } from '../../protocol/raw-json-fields';
import type { RemotingCommand } from '../../protocol/remoting-command';
import { RemotingError } from '../../protocol/remoting-error';
import { NameTable } from './name-table';
import { TextCache } from './text-cache';
import { unescapeJson } from './unescape-json';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ABSENT = -1;
const NO_BYTES = Buffer.alloc(0);
/** A decimal of no more digits than this is a safe integer. */
const SAFE_DIGITS = 15;

/**
 * Where the known fields of one header lie in its bytes. Values are read from there; text that
 * recurs (topics, groups) is made a string once. Reused for one command after the other.
 */
export class FieldSlots {
  private readonly table: NameTable;
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private readonly escaped: Uint8Array;
  private readonly texts = new TextCache();
  private bytes: Buffer = NO_BYTES;

  constructor(
    private readonly header: string,
    private readonly names: readonly string[],
  ) {
    this.table = new NameTable(names);
    this.starts = new Int32Array(names.length);
    this.ends = new Int32Array(names.length);
    this.escaped = new Uint8Array(names.length);
  }

  /** Finds the fields of `command`. What is read of them afterwards are slices of its bytes. */
  scan(command: RemotingCommand): void {
    this.starts.fill(ABSENT);
    this.escaped.fill(0);
    const raw = command.rawExtFields;
    if (raw instanceof RawBinaryFields) this.scanBinary(raw);
    else if (!(raw instanceof RawJsonFields && this.scanJson(raw))) this.copyFields(command);
  }

  /** Drops the reference to the scanned bytes. */
  release(): void {
    this.bytes = NO_BYTES;
  }

  has(slot: number): boolean {
    return this.starts[slot] !== ABSENT;
  }

  text(slot: number): string {
    this.require(slot);
    if (this.escaped[slot] !== 0) return this.buffer(slot).toString();
    return this.texts.get(this.bytes, this.starts[slot], this.ends[slot]);
  }

  optionalText(slot: number): string | undefined {
    return this.has(slot) ? this.text(slot) : undefined;
  }

  /** The bytes of a text, empty when absent; a slice of the frame where it needs no unescaping. */
  buffer(slot: number): Buffer {
    if (!this.has(slot)) return NO_BYTES;
    const start = this.starts[slot];
    const end = this.ends[slot];
    return this.escaped[slot] !== 0
      ? unescapeJson(this.bytes, start, end)
      : this.bytes.subarray(start, end);
  }

  int(slot: number): number {
    this.require(slot);
    const value = this.digits(slot);
    return value === (value | 0) ? value : parseInt32(this.text(slot), this.names[slot]);
  }

  long(slot: number): number {
    this.require(slot);
    const value = this.digits(slot);
    return Number.isNaN(value) ? parseLong(this.text(slot), this.names[slot]) : value;
  }

  intOr(slot: number, otherwise: number): number {
    return this.has(slot) ? this.int(slot) : otherwise;
  }

  longOr(slot: number, otherwise: number): number {
    return this.has(slot) ? this.long(slot) : otherwise;
  }

  /** False when absent. */
  bool(slot: number): boolean {
    if (!this.has(slot)) return false;
    const start = this.starts[slot];
    if (this.ends[slot] - start !== 4) return false;
    const { bytes } = this;
    return (
      (bytes[start] | 0x20) === 0x74 &&
      (bytes[start + 1] | 0x20) === 0x72 &&
      (bytes[start + 2] | 0x20) === 0x75 &&
      (bytes[start + 3] | 0x20) === 0x65
    );
  }

  /** The value of plain digits with an optional minus, NaN for anything else. */
  private digits(slot: number): number {
    const { bytes } = this;
    const end = this.ends[slot];
    let at = this.starts[slot];
    const negative = bytes[at] === 0x2d && at < end;
    if (negative) at++;
    const count = end - at;
    if (count <= 0 || count > SAFE_DIGITS) return NaN;
    let value = 0;
    for (; at < end; at++) {
      const digit = bytes[at] - 0x30;
      if (digit < 0 || digit > 9) return NaN;
      value = value * 10 + digit;
    }
    return negative ? 0 - value : value;
  }

  private require(slot: number): void {
    if (this.starts[slot] !== ABSENT) return;
    throw new RemotingError(
      'HEADER_MISSING_FIELD',
      `the header ${this.header} lacks its field ${this.names[slot]}`,
    );
  }

  private scanBinary({ bytes, start, end }: RawBinaryFields): void {
    this.bytes = bytes;
    for (let at = start; at < end;) {
      const nameEnd = nameEndAt(bytes, at, end);
      const valueEnd = valueEndAt(bytes, nameEnd, end);
      const slot = this.table.find(bytes, at + 2, nameEnd);
      if (slot >= 0) {
        this.starts[slot] = nameEnd + 4;
        this.ends[slot] = valueEnd;
      }
      at = valueEnd;
    }
  }

  /** `{"name":"value",...}` without white space; false when it is written in another way. */
  private scanJson({ bytes, start, end }: RawJsonFields): boolean {
    this.bytes = bytes;
    const last = end - 1;
    for (let at = start + 1; at < last;) {
      if (bytes[at] !== QUOTE) return false;
      const nameStart = at + 1;
      let nameEnd = nameStart;
      while (nameEnd < last && bytes[nameEnd] !== QUOTE) {
        if (bytes[nameEnd++] === BACKSLASH) return false;
      }
      // What follows the name's quote is a colon and the value's quote.
      if (bytes[nameEnd + 1] !== 0x3a || bytes[nameEnd + 2] !== QUOTE) return false;
      const valueStart = nameEnd + 3;
      let valueEnd = valueStart;
      let isEscaped = 0;
      for (; valueEnd < last && bytes[valueEnd] !== QUOTE; valueEnd++) {
        if (bytes[valueEnd] === BACKSLASH) {
          isEscaped = 1;
          valueEnd++;
        }
      }
      const slot = this.table.find(bytes, nameStart, nameEnd);
      if (slot >= 0) {
        this.starts[slot] = valueStart;
        this.ends[slot] = valueEnd;
        this.escaped[slot] = isEscaped;
      }
      at = valueEnd + 2;
      if (bytes[valueEnd + 1] !== 0x2c && at !== end) return false;
    }
    return true;
  }

  /** The slow way, for headers whose fields were parsed already or are written unusually. */
  private copyFields(command: RemotingCommand): void {
    this.starts.fill(ABSENT);
    this.escaped.fill(0);
    const values = this.names.map((name) => command.extField(name));
    this.bytes = Buffer.from(values.join(''));
    let at = 0;
    for (const [slot, value] of values.entries()) {
      if (value === undefined) continue;
      this.starts[slot] = at;
      at += Buffer.byteLength(value);
      this.ends[slot] = at;
    }
  }
}
