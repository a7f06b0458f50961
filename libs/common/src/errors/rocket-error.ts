/** What `RocketError`s of this package are about; other packages have closed unions of their own. */
export type RocketErrorCode =
  | 'INVALID_NAME'
  | 'INVALID_MESSAGE'
  | 'MESSAGE_CORRUPT'
  | 'NUMBER_UNSAFE'
  | 'ADDRESS_INVALID'
  | 'BODY_TOO_LARGE'
  | 'COMPRESSION_UNKNOWN'
  | 'COMPRESSION_FAILED'
  | 'CODEC_MISSING'
  | 'CONFIG_INVALID'
  | 'FILE_CORRUPT'
  | 'ENOSPC';

/**
 * The base of every error the engine throws. Judge it by `code`, not by its class: two copies of a
 * package may be loaded in one process. The message says what to do next where something can be done.
 */
export class RocketError<Code extends string = RocketErrorCode> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The `code` of anything thrown, undefined when it has none. */
export function errorCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : undefined;
}

/** The message of anything thrown. */
export function errorMessageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null) {
    const message = (error as { message?: unknown }).message;
    if (typeof message === 'string') return message;
  }
  return String(error);
}
