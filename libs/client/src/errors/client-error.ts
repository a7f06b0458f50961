import { RocketError } from '@rocket-nest/common';
import type { ClientErrorCode } from './client-error-code';

export interface ClientErrorDetails {
  readonly cause?: unknown;
  /** The response code, when a server's answer is the reason. */
  readonly responseCode?: number;
}

/** What every call of this package rejects with; the message says what happened and what to do. */
export class ClientError extends RocketError<ClientErrorCode> {
  readonly responseCode?: number;

  constructor(code: ClientErrorCode, message: string, details: ClientErrorDetails = {}) {
    super(code, message, details.cause === undefined ? undefined : { cause: details.cause });
    if (details.responseCode !== undefined) this.responseCode = details.responseCode;
  }
}
