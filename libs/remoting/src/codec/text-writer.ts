import type { WriteBuffer } from './write-buffer';

/** Below this, a loop over the characters beats the call into the runtime. */
const SHORT_TEXT = 24;
/** UTF-8 bytes that one UTF-16 unit can take at most. */
const MAX_BYTES_PER_UNIT = 3;

/** Writes `text` in UTF-8; gives the bytes written. */
export function writeText(out: WriteBuffer, text: string): number {
  out.reserve(text.length * MAX_BYTES_PER_UNIT);
  const start = out.at;
  const { bytes } = out;
  if (text.length <= SHORT_TEXT) {
    let at = start;
    let index = 0;
    for (; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) break;
      bytes[at++] = unit;
    }
    if (index === text.length) {
      out.at = at;
      return at - start;
    }
  }
  const written = bytes.write(text, start, 'utf8');
  out.at = start + written;
  return written;
}

/** Writes text that has no character beyond ASCII. */
export function writeAscii(out: WriteBuffer, text: string): void {
  out.reserve(text.length);
  out.at += out.bytes.write(text, out.at, 'latin1');
}

/** Writes a safe integer in decimal; gives the bytes written. */
export function writeInteger(out: WriteBuffer, value: number): number {
  if (value < 0 || value > 0x7fffffff) return writeText(out, String(value));
  out.reserve(10);
  let digits = 1;
  for (let limit = 10; digits < 10 && value >= limit; limit *= 10) digits++;
  let rest = value;
  for (let at = out.at + digits - 1; at >= out.at; at--) {
    const next = (rest / 10) | 0;
    out.bytes[at] = 0x30 + rest - next * 10;
    rest = next;
  }
  out.at += digits;
  return digits;
}
