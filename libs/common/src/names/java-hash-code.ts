/** Java's `String.hashCode`: a signed 32-bit number over the UTF-16 units of `text`. */
export function javaHashCode(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return hash;
}

/** `javaHashCode` of the UTF-8 text in `bytes` from `start` to `end`, decoded only if not ASCII. */
export function javaHashCodeOfUtf8(bytes: Buffer, start = 0, end = bytes.length): number {
  let hash = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte >= 0x80) return javaHashCode(bytes.toString('utf8', start, end));
    hash = (Math.imul(31, hash) + byte) | 0;
  }
  return hash;
}

/** Absolute value as Java's index and queue selection use it: the smallest number becomes 0. */
export function absoluteHash(hash: number): number {
  return hash === -0x80000000 ? 0 : Math.abs(hash);
}
