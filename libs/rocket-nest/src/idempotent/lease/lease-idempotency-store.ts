import { randomBytes } from 'node:crypto';
import type { IdempotencyOutcome, IdempotencyStore, IdempotentRun } from '../idempotency-store';
import type { LeaseBackend } from './lease-backend';
import { leaseKeyOf } from './lease-key';
import { RunningLease } from './running-lease';

/** What became of a claim whose handler has returned, when it could not be marked done. */
export type LeaseProblem = 'lost' | 'unmarked';

const OWNER_BYTES = 9;
const NO_RESULT = (): string => '';

/**
 * Claims a key, runs the work while the claim is renewed, and marks it done. A crash leaves the claim
 * to run out, after which the work runs again: at least once. More than once happens after a crash
 * between the work's effect and the mark, when the claim ran out under the work (its process stood
 * still, or the store could not be reached, for a whole lease), and when the store forgot the claim.
 */
export class LeaseIdempotencyStore implements IdempotencyStore {
  /** With the count of claims it makes an owner that no other claim has. */
  private readonly process = randomBytes(OWNER_BYTES).toString('base64url');
  private claims = 0;

  constructor(
    private readonly backend: LeaseBackend,
    private readonly onProblem: (
      problem: LeaseProblem,
      run: IdempotentRun,
      cause?: unknown,
    ) => void,
  ) {}

  async run<T>(
    run: IdempotentRun,
    work: () => Promise<T>,
    resultOf: (value: T) => string = NO_RESULT,
  ): Promise<IdempotencyOutcome<T>> {
    const key = leaseKeyOf(run.scope);
    const owner = `${this.process}.${++this.claims}`;
    const claim = await this.backend.claim(key, owner, run.leaseMs);
    if (claim.status === 'DONE') return { status: 'DUPLICATE', result: claim.result };
    if (claim.status === 'HELD') return { status: 'IN_PROGRESS', retryAfterMs: claim.remainingMs };

    const lease = new RunningLease(this.backend, key, claim.token, run.leaseMs);
    let value: T;
    let result: string;
    try {
      value = await work();
      result = resultOf(value);
    } catch (error) {
      lease.stop();
      // Left to run out when the store does not answer.
      await this.backend.release(key, claim.token).catch(() => undefined);
      throw error;
    }
    lease.stop();
    await this.complete(run, key, claim.token, result);
    return { status: 'EXECUTED', value };
  }

  /**
   * The effect is there, so whatever happens here the delivery is done with: to ask for another one
   * could only repeat it.
   */
  private async complete(
    run: IdempotentRun,
    key: string,
    token: string,
    result: string,
  ): Promise<void> {
    try {
      const marked = await this.backend.complete(key, token, run.ttlMs, result);
      if (!marked) this.onProblem('lost', run);
    } catch (cause) {
      this.onProblem('unmarked', run, cause);
    }
  }
}
