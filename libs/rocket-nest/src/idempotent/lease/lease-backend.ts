export type LeaseClaim =
  /** It is ours for the lease; the token proves it later. */
  | { readonly status: 'CLAIMED'; readonly token: string }
  | { readonly status: 'DONE'; readonly result: string }
  /** Another one's lease ends in that time unless it is renewed. */
  | { readonly status: 'HELD'; readonly remainingMs: number };

/**
 * Where claims are kept. Each operation is atomic. A token grows with every claim of a key, and an
 * operation with the token of an earlier claim changes nothing of a later one's. All reject with code
 * `IDEMPOTENCY_STORE_UNAVAILABLE` when it is not known what happened.
 */
export interface LeaseBackend {
  /** @param owner made anew for each claim, so that a command sent twice by a client is told apart */
  claim(key: string, owner: string, leaseMs: number): Promise<LeaseClaim>;
  /**
   * Begins the lease anew, also one that has run out (or was lost with the store's memory) while
   * nobody else claimed the key. False: another one did.
   */
  renew(key: string, token: string, leaseMs: number): Promise<boolean>;
  /** The key is done for `ttlMs`. False: another one has claimed or finished it. */
  complete(key: string, token: string, ttlMs: number, result: string): Promise<boolean>;
  /** The key is free again, if it is still ours. */
  release(key: string, token: string): Promise<void>;
}
