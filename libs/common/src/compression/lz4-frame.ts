import { RocketError } from '../errors/rocket-error';
import { bodyTooLarge } from './body-too-large';

/*
 * An LZ4 frame (little-endian):
 *
 *    0  4  magic
 *    4  1  FLG: bits 7-6 version 1, 5 independent blocks, 4 block checksums, 3 content size,
 *             2 content checksum, 0 dictionary id
 *    5  1  BD: largest block, which the decoder does not need
 *    6  8  content size, if flagged
 *    -  4  dictionary id, if flagged
 *    -  1  header checksum
 *    -  4  block size, bit 31 = stored as it is; 0 ends the frame
 *    -  n  block, then 4 bytes of checksum if flagged
 *    -  4  content checksum, if flagged
 *
 * Checksums are not compared: the record's CRC covers the compressed body.
 */

const MAGIC = 0x184d2204;
const FLAG_BLOCK_CHECKSUM = 0x10;
const FLAG_CONTENT_SIZE = 0x08;
const FLAG_DICTIONARY = 0x01;
const STORED_BLOCK = 0x80000000;
/** A match shorter than this is never encoded. */
const SHORTEST_MATCH = 4;
const NIBBLE = 15;

/** Decompresses one LZ4 frame into at most `limitBytes`. Throws BODY_TOO_LARGE, COMPRESSION_FAILED. */
export function decompressLz4Frame(frame: Buffer, limitBytes: number): Buffer {
  const sizeBytes = eachBlock(frame, limitBytes, undefined);
  const target = Buffer.allocUnsafe(sizeBytes);
  eachBlock(frame, limitBytes, target);
  return target;
}

/** Walks the blocks: without a target it only adds up, so that nothing is allocated for a bomb. */
function eachBlock(frame: Buffer, limitBytes: number, target: Buffer | undefined): number {
  if (frame.length < 7 || frame.readUInt32LE(0) !== MAGIC) throw damaged(0);
  const flags = frame[4];
  if (flags >> 6 !== 1 || (flags & FLAG_DICTIONARY) !== 0) throw damaged(4);
  let at = flags & FLAG_CONTENT_SIZE ? 15 : 7;
  let written = 0;
  for (;;) {
    if (at + 4 > frame.length) throw damaged(at);
    const header = frame.readUInt32LE(at);
    at += 4;
    if (header === 0) return written;
    const end = at + (header & ~STORED_BLOCK);
    if (end > frame.length) throw damaged(at);
    if (header >= STORED_BLOCK) {
      written += end - at;
      if (written > limitBytes) throw bodyTooLarge('LZ4', limitBytes);
      if (target) frame.copy(target, written - (end - at), at, end);
    } else {
      written = decodeBlock(frame, at, end, target, written, limitBytes);
    }
    at = flags & FLAG_BLOCK_CHECKSUM ? end + 4 : end;
  }
}

/**
 * One block is sequences of: token (literals in the high nibble, match length in the low one, 15 =
 * more bytes follow), literals, int16 distance back. The last sequence has literals only.
 */
function decodeBlock(
  source: Buffer,
  start: number,
  end: number,
  target: Buffer | undefined,
  writtenBefore: number,
  limitBytes: number,
): number {
  let at = start;
  let written = writtenBefore;
  while (at < end) {
    const token = source[at++];
    let literals = token >> 4;
    if (literals === NIBBLE) {
      let more: number;
      do {
        more = source[at++] ?? 0;
        literals += more;
      } while (more === 255);
    }
    if (at + literals > end) throw damaged(at);
    if (written + literals > limitBytes) throw bodyTooLarge('LZ4', limitBytes);
    if (target) source.copy(target, written, at, at + literals);
    at += literals;
    written += literals;
    if (at === end) return written;

    if (at + 2 > end) throw damaged(at);
    const distance = source[at] | (source[at + 1] << 8);
    at += 2;
    let length = token & NIBBLE;
    if (length === NIBBLE) {
      let more: number;
      do {
        more = source[at++] ?? 0;
        length += more;
      } while (more === 255);
    }
    length += SHORTEST_MATCH;
    if (distance === 0 || distance > written) throw damaged(at);
    if (written + length > limitBytes) throw bodyTooLarge('LZ4', limitBytes);
    if (target) copyMatch(target, written, distance, length);
    written += length;
  }
  return written;
}

/** A match may overlap what it writes: then it repeats itself. */
function copyMatch(target: Buffer, at: number, distance: number, length: number): void {
  if (distance >= length) {
    target.copyWithin(at, at - distance, at - distance + length);
    return;
  }
  for (let i = at; i < at + length; i++) target[i] = target[i - distance]!;
}

function damaged(at: number): RocketError {
  return new RocketError('COMPRESSION_FAILED', `the LZ4 frame is damaged at byte ${at}`);
}
