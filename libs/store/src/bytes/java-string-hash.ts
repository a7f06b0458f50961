/** Continues Java's `String.hashCode` over UTF-8 bytes; `seed` is the hash of what comes before. */
export function continueStringHash(
  seed: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  let hash = seed;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte >= 0x80) return continueUnicodeHash(seed, bytes, start, end);
    hash = (Math.imul(31, hash) + byte) | 0;
  }
  return hash;
}

/** Java hashes UTF-16 units, so text beyond ASCII has to be decoded first. */
function continueUnicodeHash(seed: number, bytes: Uint8Array, start: number, end: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
  let hash = seed;
  for (let index = 0; index < text.length; index++) {
    hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  }
  return hash;
}
