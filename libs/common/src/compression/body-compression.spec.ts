import * as fc from 'fast-check';
import { bodyCrc } from '../bytes/body-crc';
import { compressBody, decompressBody } from './body-compression';
import { CompressionType, compressionSysFlag, compressionTypeOf } from './compression-type';
import { loadOptional } from './optional-module';
import { compressZstdWasm, decompressZstdWasm } from './zstd-wasm';

const BODY = Buffer.from('rocketmq'.repeat(25));
/** BODY as the original compresses it. */
const GOLDEN = {
  LZ4: [257, '04224d18607073120000008f726f636b65746d710800a8506b65746d7100000000'],
  ZLIB: [769, '785e2bca4fce4e2dc92d2c1ae234005bec54f7'],
  ZSTD: [513, '28b52ffd00587c000040726f636b65746d710100bd51850b010000'],
} as const;

const code = (name: string) => expect.objectContaining({ code: name });
const TYPES = Object.entries(CompressionType);

describe.each(TYPES)('%s bodies', (name, type) => {
  const [sysFlag, hex] = GOLDEN[name as keyof typeof GOLDEN];
  const golden = Buffer.from(hex, 'hex');

  it('has the flags of the original', () => {
    expect(compressionSysFlag(type)).toBe(sysFlag);
    expect(compressionTypeOf(sysFlag)).toBe(type);
  });

  it('decompresses what the original wrote, into no more than is allowed', () => {
    expect(decompressBody(golden, sysFlag)).toEqual(BODY);
    expect(decompressBody(golden, sysFlag, BODY.length)).toEqual(BODY);
    expect(() => decompressBody(golden, sysFlag, BODY.length - 1)).toThrow(code('BODY_TOO_LARGE'));
  });

  it('decompresses what it compressed', () => {
    const random = fc.uint8Array({ maxLength: 3_000 });
    const repetitive = fc
      .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 200 }))
      .map(([part, times]) => Buffer.concat(new Array<Uint8Array>(times).fill(part)));
    fc.assert(
      fc.property(fc.oneof(random, repetitive), (bytes) => {
        const body = Buffer.from(bytes);
        expect(decompressBody(compressBody(body, type), sysFlag).equals(body)).toBe(true);
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it('handles bodies of many blocks', () => {
    const body = Buffer.alloc(3_000_000, 'abcdefghij0123456789');
    for (let i = 0; i < body.length; i += 97) body[i] = i & 0xff;
    expect(decompressBody(compressBody(body, type), sysFlag).equals(body)).toBe(true);
  });

  it('refuses a bomb before it grows', () => {
    const bomb = compressBody(Buffer.alloc(8_000_000), type);
    expect(() => decompressBody(bomb, sysFlag, 1_000_000)).toThrow(code('BODY_TOO_LARGE'));
  });

  it('answers damaged data with an error', () => {
    for (let length = 0; length < golden.length; length++) {
      expectFailure(() => decompressBody(golden.subarray(0, length), sysFlag, 10_000));
    }
    fc.assert(
      fc.property(fc.nat(golden.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = Buffer.from(golden);
        damaged[at] = value;
        try {
          expect(decompressBody(damaged, sysFlag, 10_000).length).toBeLessThanOrEqual(10_000);
        } catch (error) {
          expect(['COMPRESSION_FAILED', 'BODY_TOO_LARGE']).toContain(
            (error as { code?: string }).code,
          );
        }
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});

function expectFailure(run: () => Buffer): void {
  let result: Buffer | undefined;
  try {
    result = run();
  } catch (error) {
    expect(error).toMatchObject({ code: 'COMPRESSION_FAILED' });
    return;
  }
  // What was cut off may have been a checksum or an end mark only.
  expect(BODY.subarray(0, result.length)).toEqual(result);
}

describe('ZSTD by WebAssembly', () => {
  it('works beside a Node that has ZSTD itself', () => {
    const golden = Buffer.from(GOLDEN.ZSTD[1], 'hex');
    expect(decompressZstdWasm(golden, 1_000)).toEqual(BODY);
    expect(decompressZstdWasm(compressZstdWasm(BODY, 5), 1_000)).toEqual(BODY);
    expect(() => decompressZstdWasm(golden, 199)).toThrow(code('BODY_TOO_LARGE'));
  });
});

describe('compression types', () => {
  it('reads messages of old clients, without type bits, as ZLIB', () => {
    expect(compressionTypeOf(1)).toBe(CompressionType.ZLIB);
    expect(decompressBody(Buffer.from(GOLDEN.ZLIB[1], 'hex'), 1)).toEqual(BODY);
  });

  it.each([4, 5, 6, 7])('refuses the unknown type %d', (type) => {
    expect(() => compressionTypeOf(1 | (type << 8))).toThrow(code('COMPRESSION_UNKNOWN'));
  });

  it('names the package to install when it is missing', () => {
    const missing = (): never => {
      throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
    };
    expect(() => loadOptional('lz4-napi', 'LZ4 compression', missing)).toThrow(
      expect.objectContaining({
        code: 'CODEC_MISSING',
        message: expect.stringContaining('npm install lz4-napi'),
      }),
    );
  });
});

describe('bodyCrc', () => {
  it.each([
    ['', 0],
    ['hello', 907_060_870],
    ['123456789', 1_274_296_614],
    ['zzzz', 429_947_708],
  ])('%j is %d', (text, crc) => {
    expect(bodyCrc(Buffer.from(text))).toBe(crc);
  });
});
