import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RocketError } from '../errors/rocket-error';
import { bodyTooLarge } from './body-too-large';
import { loadOptional } from './optional-module';
import { zstdSizeBound } from './zstd-size-bound';

const PACKAGE = '@bokuweb/zstd-wasm';
/** Zstandard's number for "the target is too small", returned as its negative. */
const DESTINATION_TOO_SMALL = 70;

/** Known to every Node, but not to the type library that the engine is compiled with. */
interface WebAssemblyApi {
  Module: new (code: Buffer) => object;
  Instance: new (module: object, imports: object) => object;
}

/** The parts of the package's compiled module that are used here. */
interface ZstdModule {
  instantiateWasm?: (imports: object, receive: (instance: object) => void) => unknown;
  init(): unknown;
  calledRun?: boolean;
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  _ZSTD_isError(result: number): number;
  _ZSTD_compressBound(bytes: number): number;
  _ZSTD_compress(to: number, toBytes: number, from: number, bytes: number, level: number): number;
  _ZSTD_decompress(to: number, toBytes: number, from: number, bytes: number): number;
}

export function compressZstdWasm(body: Buffer, level: number): Buffer {
  const zstd = loadModule();
  return withSource(zstd, body, (from) => {
    const capacity = zstd._ZSTD_compressBound(body.length);
    return withTarget(zstd, capacity, (to) => {
      const result = zstd._ZSTD_compress(to, capacity, from, body.length, level);
      if (zstd._ZSTD_isError(result)) throw failed(result);
      return result;
    });
  });
}

export function decompressZstdWasm(body: Buffer, limitBytes: number): Buffer {
  const capacity = Math.min(limitBytes, zstdSizeBound(body));
  const zstd = loadModule();
  return withSource(zstd, body, (from) =>
    withTarget(zstd, capacity, (to) => {
      const result = zstd._ZSTD_decompress(to, capacity, from, body.length);
      if (!zstd._ZSTD_isError(result)) return result;
      if (-result === DESTINATION_TOO_SMALL) throw bodyTooLarge('ZSTD', limitBytes);
      throw failed(result);
    }),
  );
}

function withSource(zstd: ZstdModule, source: Buffer, use: (from: number) => Buffer): Buffer {
  const from = allocate(zstd, source.length);
  try {
    zstd.HEAPU8.set(source, from);
    return use(from);
  } finally {
    zstd._free(from);
  }
}

/** `fill` writes to the target and returns the bytes written; they are copied out. */
function withTarget(zstd: ZstdModule, capacity: number, fill: (to: number) => number): Buffer {
  const to = allocate(zstd, capacity);
  try {
    const bytes = fill(to);
    return Buffer.from(zstd.HEAPU8.subarray(to, to + bytes));
  } finally {
    zstd._free(to);
  }
}

function allocate(zstd: ZstdModule, bytes: number): number {
  const at = zstd._malloc(Math.max(bytes, 1));
  if (at === 0) {
    throw new RocketError('COMPRESSION_FAILED', `no memory for ${bytes} bytes of ZSTD data`);
  }
  return at;
}

/**
 * The package's own `init` is asynchronous, but a message is decoded in one go: so its module file
 * is taken and given an instance that was compiled here. It marks itself once it runs.
 */
function loadModule(): ZstdModule {
  return loadOptional(PACKAGE, 'ZSTD compression on this version of Node', () => {
    const folder = dirname(require.resolve('@bokuweb/zstd-wasm'));
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer, loaded late
    const { Module: zstd } = require(join(folder, 'module.js')) as { Module: ZstdModule };
    if (zstd.calledRun) return zstd;
    const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
    const code = new WebAssembly.Module(readFileSync(join(folder, 'zstd.wasm')));
    zstd.instantiateWasm = (imports, receive) => {
      receive(new WebAssembly.Instance(code, imports));
      return true;
    };
    zstd.init();
    if (!zstd.calledRun) throw new Error(`${PACKAGE} did not start`);
    return zstd;
  });
}

function failed(result: number): RocketError {
  return new RocketError(
    'COMPRESSION_FAILED',
    `ZSTD failed with error ${-result}: data is damaged`,
  );
}
