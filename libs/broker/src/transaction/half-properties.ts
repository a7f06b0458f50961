import { MessageConst } from '@rocket-nest/common';

const NAME_END = 1;
const VALUE_END = 2;

const NAMES = [
  MessageConst.PROPERTY_REAL_TOPIC,
  MessageConst.PROPERTY_REAL_QUEUE_ID,
  MessageConst.PROPERTY_PRODUCER_GROUP,
  MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX,
  MessageConst.PROPERTY_TRANSACTION_CHECK_TIMES,
  MessageConst.PROPERTY_TRANSACTION_PREPARED_QUEUE_OFFSET,
  MessageConst.PROPERTY_CHECK_IMMUNITY_TIME_IN_SECONDS,
  MessageConst.PROPERTY_DELAY_TIME_LEVEL,
].map((name) => Buffer.from(name));
const [REAL_TOPIC, REAL_QID, PGROUP, UNIQ_KEY, CHECK_TIMES, PREPARED_OFFSET, IMMUNITY, DELAY] = [
  0, 1, 2, 3, 4, 5, 6, 7,
];
const ABSENT = -1;

/** Numbers of the names that have so many bytes. */
const BY_LENGTH: readonly (readonly number[])[] = Array.from({ length: 32 }, (_, length) =>
  NAMES.flatMap((name, index) => (name.length === length ? [index] : [])),
);

/**
 * What a broker has to know of a half message's encoded properties, found in one pass without
 * decoding them. Holds the outcome of the last `scan`; where a name comes twice the later counts.
 */
export class HalfProperties {
  private readonly starts = new Int32Array(NAMES.length);
  private readonly ends = new Int32Array(NAMES.length);
  /** Start and end of every piece that says where the message belongs. */
  private readonly targetPieces: number[] = [];
  private text: Buffer = Buffer.alloc(0);

  scan(text: Buffer): this {
    this.text = text;
    this.starts.fill(ABSENT);
    this.targetPieces.length = 0;
    const length = text.length;
    let at = 0;
    while (at < length) {
      const nameStart = at;
      while (at < length && text[at] > VALUE_END) at++;
      const nameEnd = at;
      while (at < length && text[at] !== VALUE_END) at++;
      if (text[nameEnd] === NAME_END) this.note(nameStart, nameEnd, at);
      at++;
    }
    return this;
  }

  get realTopic(): string | undefined {
    return this.valueOf(REAL_TOPIC);
  }

  /** Undefined when it is missing or no queue. */
  get realQueueId(): number | undefined {
    return this.integerOf(REAL_QID);
  }

  get producerGroup(): string | undefined {
    return this.valueOf(PGROUP);
  }

  get uniqKey(): string {
    return this.valueOf(UNIQ_KEY) ?? '';
  }

  /** How often the producer was asked; undefined when never. */
  get checkTimes(): number | undefined {
    return this.integerOf(CHECK_TIMES);
  }

  /** Half queue offset of the first record of this transaction; undefined in the first itself. */
  get preparedQueueOffset(): number | undefined {
    return this.integerOf(PREPARED_OFFSET);
  }

  /** Seconds before which the producer is not asked; undefined when it left that to the broker. */
  get immunitySeconds(): number | undefined {
    return this.integerOf(IMMUNITY);
  }

  get hasDelay(): boolean {
    return this.starts[DELAY] !== ABSENT;
  }

  /** The properties without REAL_TOPIC and REAL_QID; a view where they stand at the end. */
  withoutTarget(): Buffer {
    const { text, targetPieces } = this;
    const first = targetPieces[0];
    if (first === undefined) return text;
    const parts: Buffer[] = [];
    let from = 0;
    for (let index = 0; index < targetPieces.length; index += 2) {
      const start = targetPieces[index];
      if (start > from) parts.push(text.subarray(from, start));
      from = targetPieces[index + 1];
    }
    if (from < text.length) parts.push(text.subarray(from));
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  }

  private note(nameStart: number, nameEnd: number, valueEnd: number): void {
    const names = BY_LENGTH[nameEnd - nameStart];
    if (names === undefined || valueEnd === nameEnd + 1) return;
    for (const name of names) {
      if (!this.isName(NAMES[name], nameStart)) continue;
      this.starts[name] = nameEnd + 1;
      this.ends[name] = valueEnd;
      if (name === REAL_TOPIC || name === REAL_QID) this.targetPieces.push(nameStart, valueEnd + 1);
      return;
    }
  }

  private isName(name: Buffer, start: number): boolean {
    const { text } = this;
    for (let index = 0; index < name.length; index++) {
      if (text[start + index] !== name[index]) return false;
    }
    return true;
  }

  private valueOf(name: number): string | undefined {
    const start = this.starts[name];
    if (start === ABSENT) return undefined;
    return this.text.toString('utf8', start, this.ends[name]);
  }

  /** A whole number from 0, undefined for anything else. */
  private integerOf(name: number): number | undefined {
    const text = this.valueOf(name);
    if (text === undefined || !/^[0-9]{1,15}$/.test(text)) return undefined;
    return Number(text);
  }
}
