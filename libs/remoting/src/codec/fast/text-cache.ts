const ENTRIES = 256;
const LONGEST_BYTES = 256;

/**
 * Strings for byte ranges that keep recurring, such as topic names: comparing the bytes is cheaper
 * than making the string again, and the same string object is found faster in a Map. A full bucket
 * takes the newest.
 */
export class TextCache {
  private readonly keys: (Buffer | undefined)[] = new Array<Buffer | undefined>(ENTRIES);
  private readonly texts: string[] = new Array<string>(ENTRIES).fill('');

  get(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > LONGEST_BYTES) return bytes.toString('utf8', start, end);
    const bucket =
      (length * 31 + bytes[end - 1] * 17 + bytes[start] * 5 + bytes[start + (length >> 1)] * 3) &
      (ENTRIES - 1);
    const key = this.keys[bucket];
    if (key !== undefined && key.length === length) {
      let at = 0;
      while (at < length && key[at] === bytes[start + at]) at++;
      if (at === length) return this.texts[bucket];
    }
    const text = bytes.toString('utf8', start, end);
    this.keys[bucket] = Buffer.from(bytes.subarray(start, end));
    this.texts[bucket] = text;
    return text;
  }
}
