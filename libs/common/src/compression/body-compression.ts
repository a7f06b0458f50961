import * as zlib from 'node:zlib';
import { RocketError, errorCodeOf } from '../errors/rocket-error';
import { bodyTooLarge } from './body-too-large';
import { CompressionType, compressionTypeOf } from './compression-type';
import { decompressLz4Frame } from './lz4-frame';
import { loadOptional } from './optional-module';
import { compressZstdWasm, decompressZstdWasm } from './zstd-wasm';

/** What a body may grow to when nothing else is said: the size of the largest frame. */
export const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024;
export const DEFAULT_COMPRESS_LEVEL = 5;

/** Zstandard came to `node:zlib` in Node 22.15; older ones use the optional peer. */
interface NativeZstd {
  zstdCompressSync?(data: Buffer, options: { params: Record<number, number> }): Buffer;
  zstdDecompressSync?(data: Buffer, options: { maxOutputLength: number }): Buffer;
  constants: { ZSTD_c_compressionLevel?: number };
}

const native = zlib as unknown as NativeZstd;

/**
 * Compresses a body. `level` 1 to 9, fastest to smallest, is ignored by LZ4. LZ4 needs the package
 * `lz4-napi`, ZSTD a Node that has it or `@bokuweb/zstd-wasm`: throws CODEC_MISSING without.
 */
export function compressBody(
  body: Buffer,
  type: CompressionType,
  level = DEFAULT_COMPRESS_LEVEL,
): Buffer {
  switch (type) {
    case CompressionType.ZLIB:
      return zlib.deflateSync(body, { level });
    case CompressionType.LZ4:
      return loadLz4().compressFrameSync(body);
    case CompressionType.ZSTD:
      return compressZstd(body, level);
  }
}

/**
 * Decompresses a stored body as its message's `sysFlag` says, into at most `limitBytes`. Throws
 * BODY_TOO_LARGE beyond that, COMPRESSION_FAILED for damaged data, COMPRESSION_UNKNOWN and
 * CODEC_MISSING. LZ4 and ZLIB need nothing installed.
 */
export function decompressBody(
  body: Buffer,
  sysFlag: number,
  limitBytes = DEFAULT_MAX_BODY_BYTES,
): Buffer {
  switch (compressionTypeOf(sysFlag)) {
    case CompressionType.ZLIB:
      return bounded('ZLIB', limitBytes, () =>
        zlib.inflateSync(body, { maxOutputLength: limitBytes }),
      );
    case CompressionType.LZ4:
      return decompressLz4Frame(body, limitBytes);
    case CompressionType.ZSTD:
      return decompressZstd(body, limitBytes);
  }
}

function compressZstd(body: Buffer, level: number): Buffer {
  const levelParameter = native.constants.ZSTD_c_compressionLevel;
  if (!native.zstdCompressSync || levelParameter === undefined) {
    return compressZstdWasm(body, level);
  }
  return native.zstdCompressSync(body, { params: { [levelParameter]: level } });
}

function decompressZstd(body: Buffer, limitBytes: number): Buffer {
  const decompress = native.zstdDecompressSync;
  if (!decompress) return decompressZstdWasm(body, limitBytes);
  return bounded('ZSTD', limitBytes, () => decompress(body, { maxOutputLength: limitBytes }));
}

function bounded(codec: string, limitBytes: number, run: () => Buffer): Buffer {
  try {
    return run();
  } catch (error) {
    if (errorCodeOf(error) === 'ERR_BUFFER_TOO_LARGE') {
      throw bodyTooLarge(codec, limitBytes, error);
    }
    throw new RocketError('COMPRESSION_FAILED', `the ${codec} compressed body is damaged`, {
      cause: error,
    });
  }
}

interface Lz4 {
  compressFrameSync(data: Buffer): Buffer;
}

function loadLz4(): Lz4 {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer, loaded late
  return loadOptional('lz4-napi', 'LZ4 compression', () => require('lz4-napi') as Lz4);
}
