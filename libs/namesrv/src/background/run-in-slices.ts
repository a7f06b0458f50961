import type { Clock } from '@rocket-nest/common';
import { realSetImmediate } from '@rocket-nest/common/internal';

/** How long one registration may hold the event loop before others get their turn. */
export const SLICE_BUDGET_MS = 5;

/** Work that can stop after each step and go on later; what it returns is its result. */
export type Steps<T> = Generator<void, T>;

/** Does all steps at once. */
export function runAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}

/** Does the steps in slices of the budget; rejects with what a step throws. */
export function runInSlices<T>(clock: Clock, steps: Steps<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const slice = (): void => {
      const endMs = clock.monotonicNow() + SLICE_BUDGET_MS;
      try {
        while (clock.monotonicNow() < endMs) {
          const next = steps.next();
          if (next.done) return resolve(next.value);
        }
      } catch (error) {
        return reject(error);
      }
      realSetImmediate(slice);
    };
    slice();
  });
}
