const QUOTE = 0x22;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/**
 * The UTF-8 bytes of a JSON text that lies between its quotes from `start` to `end`. The escapes
 * that message properties have (control characters, quotes, backslashes) are undone in place; any
 * other goes through the JSON parser. Throws a SyntaxError when the text is broken.
 */
export function unescapeJson(bytes: Buffer, start: number, end: number): Buffer {
  const result = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let at = start; at < end; at++) {
    let byte = bytes[at];
    if (byte === BACKSLASH) {
      byte = escapedByte(bytes, at + 1, end);
      if (byte < 0) return parsedText(bytes, start, end);
      at += bytes[at + 1] === 0x75 ? 5 : 1;
    }
    result[length++] = byte;
  }
  return result.subarray(0, length);
}

/** The byte that the escape after a backslash stands for, -1 when it is not one of the usual. */
function escapedByte(bytes: Buffer, at: number, end: number): number {
  const letter = bytes[at];
  if (letter === QUOTE || letter === BACKSLASH || letter === SLASH) return letter;
  // u00XX below 0x80
  if (letter !== 0x75 || at + 5 > end || bytes[at + 1] !== 0x30 || bytes[at + 2] !== 0x30)
    return -1;
  const high = bytes[at + 3] - 0x30;
  const low = hexDigit(bytes[at + 4]);
  return high >= 0 && high <= 7 && low >= 0 ? (high << 4) | low : -1;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function parsedText(bytes: Buffer, start: number, end: number): Buffer {
  const text: unknown = JSON.parse(`"${bytes.toString('utf8', start, end)}"`);
  return Buffer.from(String(text));
}
