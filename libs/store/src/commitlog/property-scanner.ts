import { continueStringHash } from '../bytes/java-string-hash';
import { indexKeyHash } from '../index-file/index-layout';

const NAME_VALUE_SEPARATOR = 1;
const PROPERTY_SEPARATOR = 2;
const SPACE = 0x20;

const T = 0x54;
const K = 0x4b;
const U = 0x55;
const W = 0x57;
const D = 0x44;

/** "AGS", "EYS", "AIT", "NIQ_KEY", "ELAY": the names behind their first letter. */
const AGS = Buffer.from('AGS');
const EYS = Buffer.from('EYS');
const AIT = Buffer.from('AIT');
const NIQ_KEY = Buffer.from('NIQ_KEY');
const ELAY = Buffer.from('ELAY');
const FALSE = Buffer.from('false');

/**
 * Finds the few properties that the store itself needs, in one pass over the encoded bytes and
 * without making strings. Reused; positions are those of the scanned buffer, start = end = absent.
 */
export class PropertyScanner {
  tagsStart = 0;
  tagsEnd = 0;
  keysStart = 0;
  keysEnd = 0;
  uniqueKeyStart = 0;
  uniqueKeyEnd = 0;
  /** 0 = none. */
  delayLevel = 0;
  /** WAIT=false: the sender does not wait for the sync. */
  waitStoreMsgOk = true;
  private bytes: Uint8Array = NIQ_KEY;

  scan(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.tagsStart = this.tagsEnd = this.keysStart = this.keysEnd = 0;
    this.uniqueKeyStart = this.uniqueKeyEnd = 0;
    this.delayLevel = 0;
    this.waitStoreMsgOk = true;
    let at = start;
    while (at < end) {
      const nameStart = at;
      let byte = bytes[at];
      while (byte > PROPERTY_SEPARATOR && ++at < end) byte = bytes[at];
      if (at >= end) return;
      if (byte !== NAME_VALUE_SEPARATOR) {
        at++;
        if (byte === PROPERTY_SEPARATOR) continue;
        // A zero byte inside a name: no name of ours, look for its end.
        while (at < end && bytes[at] !== PROPERTY_SEPARATOR) at++;
        at++;
        continue;
      }
      const valueStart = at + 1;
      at = valueStart;
      while (at < end && bytes[at] !== PROPERTY_SEPARATOR) at++;
      this.take(nameStart, valueStart - 1 - nameStart, valueStart, at);
      at++;
    }
  }

  /** Java's hash of TAGS, 0 without tags. */
  tagsCode(): number {
    return continueStringHash(0, this.bytes, this.tagsStart, this.tagsEnd);
  }

  /** Pushes the index hash of every key of KEYS, each continued from `prefixHash`. */
  pushKeyHashes(prefixHash: number, into: { push(hash: number): void }): void {
    const { bytes, keysEnd } = this;
    let start = this.keysStart;
    while (start < keysEnd) {
      let end = start;
      while (end < keysEnd && bytes[end] !== SPACE) end++;
      if (end > start) into.push(indexKeyHash(continueStringHash(prefixHash, bytes, start, end)));
      start = end + 1;
    }
  }

  private take(nameStart: number, nameLength: number, valueStart: number, valueEnd: number): void {
    const { bytes } = this;
    const first = bytes[nameStart];
    if (nameLength === 4) {
      if (first === T && isText(bytes, nameStart + 1, AGS)) {
        this.tagsStart = valueStart;
        this.tagsEnd = valueEnd;
      } else if (first === K && isText(bytes, nameStart + 1, EYS)) {
        this.keysStart = valueStart;
        this.keysEnd = valueEnd;
      } else if (first === W && isText(bytes, nameStart + 1, AIT)) {
        this.waitStoreMsgOk = !(valueEnd - valueStart === 5 && isText(bytes, valueStart, FALSE));
      }
    } else if (nameLength === 8) {
      if (first === U && isText(bytes, nameStart + 1, NIQ_KEY)) {
        this.uniqueKeyStart = valueStart;
        this.uniqueKeyEnd = valueEnd;
      }
    } else if (nameLength === 5 && first === D && isText(bytes, nameStart + 1, ELAY)) {
      this.delayLevel = parseDigits(bytes, valueStart, valueEnd);
    }
  }
}

function isText(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text[index]) return false;
  }
  return true;
}

/** 0 for anything that is not a short run of digits. */
function parseDigits(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 6) return 0;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - 0x30;
    if (digit < 0 || digit > 9) return 0;
    value = value * 10 + digit;
  }
  return value;
}
