export type IdempotencyErrorCode =
  /** The store did not answer or refused; nothing ran. */
  'IDEMPOTENCY_STORE_UNAVAILABLE';

/** The store of an `@Idempotent` handler failed; the cause is what its client said. */
export class IdempotencyError extends Error {
  override readonly name = 'IdempotencyError';

  constructor(
    readonly code: IdempotencyErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
