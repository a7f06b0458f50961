import type { Clock } from './clock';
import { realSetImmediate } from './real-timers';

/** How long background work may hold the event loop before it lets others run. */
export const SLICE_BUDGET_MS = 4;

/** Work that can stop after each step and go on later; what it returns is its result. */
export type Steps<T> = Generator<void, T>;

/** Does all steps at once. */
export function runAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}

/**
 * Drives `steps` to its end, giving the event loop back whenever `budgetMs` is used up; a step is
 * expected to stay in the microseconds. Rejects with whatever a step throws.
 */
export function runInSlices<T>(
  clock: Clock,
  steps: Iterator<unknown, T>,
  budgetMs: number = SLICE_BUDGET_MS,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const slice = (): void => {
      const endMs = clock.monotonicNow() + budgetMs;
      try {
        do {
          const next = steps.next();
          if (next.done) return resolve(next.value);
        } while (clock.monotonicNow() < endMs);
      } catch (error) {
        return reject(error);
      }
      realSetImmediate(slice);
    };
    slice();
  });
}
