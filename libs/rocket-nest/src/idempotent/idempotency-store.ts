/** What is to happen once: a key of one listener (or HTTP handler) of one group. */
export interface IdempotencyScope {
  readonly group: string;
  readonly listener: string;
  /** Set where every instance of the service is to do it once, as with broadcasting. */
  readonly instance?: string | undefined;
  readonly key: string;
}

export interface IdempotentRun {
  readonly scope: IdempotencyScope;
  /** How long a finished key is known, in milliseconds; an inbox keeps it at least that long. */
  readonly ttlMs: number;
  /** After this time without a sign of life a claim is free again; an inbox has no leases. */
  readonly leaseMs: number;
}

export type IdempotencyOutcome<T> =
  /** The work ran to its end and the key is done. */
  | { readonly status: 'EXECUTED'; readonly value: T }
  /** The key was done before; the work did not run. `result` is the text kept with it. */
  | { readonly status: 'DUPLICATE'; readonly result: string }
  /** The work for this key runs elsewhere right now, or began and has not been given up yet. */
  | { readonly status: 'IN_PROGRESS'; readonly retryAfterMs: number };

/**
 * Runs work at most once per key, in as far as the store can promise it: an inbox by the transaction
 * that the effects are in, a lease by a claim that is renewed while the work runs.
 */
export interface IdempotencyStore {
  /**
   * Rejects with what the work threw, after which the key is free again, or with an error whose
   * `code` is `IDEMPOTENCY_STORE_UNAVAILABLE` when it could not be known whether the key is done.
   *
   * @param resultOf text to keep with the key, of what the work gave; default an empty one
   */
  run<T>(
    run: IdempotentRun,
    work: () => Promise<T>,
    resultOf?: (value: T) => string,
  ): Promise<IdempotencyOutcome<T>>;
}
