/** A timer that can be cancelled; cancelling one that has fired or was cancelled does nothing. */
export interface Timer {
  cancel(): void;
}

/**
 * Two clocks. *Wall* time decides delays, retries, transaction checks and retention; a test may
 * advance it, and what becomes due fires in order of its due time. *Monotonic* time decides
 * liveness, time-outs, locks and flushes; it is always real.
 *
 * No timer keeps the process alive.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  wallNow(): number;
  /** Milliseconds since an arbitrary point, fractional, never going back. */
  monotonicNow(): number;
  /** Runs `task` once wall time has reached `atWallMs`. */
  atWall(atWallMs: number, task: () => void): Timer;
  /** Runs `task` once, `delayMs` of monotonic time from now. */
  after(delayMs: number, task: () => void): Timer;
  /** Runs `task` every `intervalMs` of monotonic time until cancelled. */
  every(intervalMs: number, task: () => void): Timer;
}
