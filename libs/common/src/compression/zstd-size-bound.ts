import { RocketError } from '../errors/rocket-error';

/*
 * A Zstandard frame (little-endian): magic (4), descriptor (1: bits 7-6 size of the content size,
 * 5 single segment, 2 checksum, 1-0 size of the dictionary id), window (1, unless single segment),
 * dictionary id, content size, blocks, checksum (4). A block: 3 bytes (bit 0 last, 1-2 type, the
 * rest its size), then its data.
 */

const MAGIC = 0xfd2fb528;
/** The low 4 bits may be anything. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const DICTIONARY_ID_BYTES: readonly number[] = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES: readonly number[] = [0, 2, 4, 8];
/** No block decompresses to more. */
const BLOCK_MAX_BYTES = 128 * 1024;
const BLOCK_TYPE_RLE = 1;
const BLOCK_TYPE_COMPRESSED = 2;

/** The most bytes that `source` can decompress to, found without decompressing. */
export function zstdSizeBound(source: Buffer): number {
  let at = 0;
  let bound = 0;
  while (at < source.length) {
    const magic = at + 8 <= source.length ? source.readUInt32LE(at) : 0;
    if ((magic & ~0xf) >>> 0 === SKIPPABLE_MAGIC) {
      at += 8 + source.readUInt32LE(at + 4);
      continue;
    }
    if (magic !== MAGIC) throw damaged(at);
    const descriptor = source[at + 4];
    const singleSegment = (descriptor & 0x20) !== 0;
    const contentSizeFlag = descriptor >> 6;
    at += 5 + (singleSegment ? 0 : 1) + DICTIONARY_ID_BYTES[descriptor & 3];
    at += contentSizeFlag === 0 && singleSegment ? 1 : CONTENT_SIZE_BYTES[contentSizeFlag];
    for (let last = false; !last;) {
      if (at + 3 > source.length) throw damaged(at);
      const header = source.readUIntLE(at, 3);
      const type = (header >> 1) & 3;
      const size = header >> 3;
      last = (header & 1) !== 0;
      bound += type === BLOCK_TYPE_COMPRESSED ? BLOCK_MAX_BYTES : size;
      at += 3 + (type === BLOCK_TYPE_RLE ? 1 : size);
    }
    if (descriptor & 4) at += 4;
  }
  return bound;
}

function damaged(at: number): RocketError {
  return new RocketError('COMPRESSION_FAILED', `the ZSTD frame is damaged at byte ${at}`);
}
