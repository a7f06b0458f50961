import type { Clock, Timer } from '@rocket-nest/common';
import { ClientError } from '../errors/client-error';

interface Waiter {
  readonly bytes: number;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  readonly enter: () => void;
  readonly refuse: (error: ClientError) => void;
}

/** How often waiters are looked at for those whose time is over or whose signal fired. */
const SWEEP_INTERVAL_MS = 50;

export interface SendGateLimits {
  readonly maxInFlightSends: number;
  readonly maxInFlightBytes: number;
  readonly maxWaitingSends: number;
}

/**
 * Bounds what a producer has under way. Past the limits sends wait, first come first served, within
 * their own time; when too many wait, further ones are refused with PRODUCER_BUSY.
 */
export class SendGate {
  private sends = 0;
  private bytes = 0;
  /** First come first; those before `firstWaiter` have gone. */
  private waiters: Waiter[] = [];
  private firstWaiter = 0;
  private sweep: Timer | undefined;

  constructor(
    private readonly limits: SendGateLimits,
    private readonly clock: Clock,
  ) {}

  get inFlight(): number {
    return this.sends;
  }

  get waiting(): number {
    return this.waiters.length - this.firstWaiter;
  }

  /** Undefined when the send may go at once; else resolves when it may. Pair it with `leave`. */
  enter(
    bytes: number,
    deadlineMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> | undefined {
    if (this.waiting === 0 && this.hasRoom(bytes)) {
      this.take(bytes);
      return undefined;
    }
    if (this.waiting >= this.limits.maxWaitingSends) {
      return Promise.reject(
        new ClientError(
          'PRODUCER_BUSY',
          `${this.waiting} sends wait already (maxWaitingSends): send slower, or await sends`,
        ),
      );
    }
    this.sweep ??= this.clock.every(SWEEP_INTERVAL_MS, () => this.dropLate());
    return new Promise((enter, refuse) => {
      this.waiters.push({ bytes, deadlineMs, signal, enter, refuse });
    });
  }

  leave(bytes: number): void {
    this.sends--;
    this.bytes -= bytes;
    if (this.waiting > 0) this.admit();
  }

  /** A single message may be larger than the byte limit; it goes alone then. */
  private hasRoom(bytes: number): boolean {
    const { maxInFlightSends, maxInFlightBytes } = this.limits;
    if (this.sends === 0) return true;
    return this.sends < maxInFlightSends && this.bytes + bytes <= maxInFlightBytes;
  }

  private take(bytes: number): void {
    this.sends++;
    this.bytes += bytes;
  }

  private admit(): void {
    while (this.waiting > 0) {
      const waiter = this.waiters[this.firstWaiter];
      if (!this.hasRoom(waiter.bytes)) return;
      this.firstWaiter++;
      this.take(waiter.bytes);
      waiter.enter();
    }
    this.keepWaiters([]);
  }

  private dropLate(): void {
    const nowMs = this.clock.monotonicNow();
    const left = this.waiters.slice(this.firstWaiter).filter((waiter) => {
      const error = refusalOf(waiter, nowMs);
      if (error) waiter.refuse(error);
      return !error;
    });
    this.keepWaiters(left);
    this.admit();
  }

  private keepWaiters(waiters: Waiter[]): void {
    this.waiters = waiters;
    this.firstWaiter = 0;
    if (waiters.length > 0) return;
    this.sweep?.cancel();
    this.sweep = undefined;
  }
}

function refusalOf(waiter: Waiter, nowMs: number): ClientError | undefined {
  if (waiter.signal?.aborted) return new ClientError('ABORTED', 'the send was aborted');
  if (waiter.deadlineMs > nowMs) return undefined;
  return new ClientError(
    'SEND_TIMEOUT',
    'the time of the send was over before earlier sends were answered: send slower, or raise ' +
      'sendMsgTimeoutMs or maxInFlightSends',
  );
}
