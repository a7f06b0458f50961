import type { Clock } from '@rocket-nest/common';
import { realSetImmediate } from '@rocket-nest/common/internal';

/** How long background work may hold the event loop before it lets others run. */
export const SLICE_BUDGET_MS = 4;

/** Steps between two looks at the clock; a step is expected to stay in the microseconds. */
const STEPS_PER_CLOCK_READ = 64;

/**
 * Drives `steps` to its end, giving the event loop back whenever `budgetMs` is used up. Rejects
 * with whatever a step throws.
 */
export function runInSlices(
  clock: Clock,
  steps: Iterator<unknown>,
  budgetMs: number = SLICE_BUDGET_MS,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const slice = (): void => {
      const endMs = clock.monotonicNow() + budgetMs;
      try {
        for (let count = 1; ; count++) {
          if (steps.next().done) return resolve();
          if (count % STEPS_PER_CLOCK_READ === 0 && clock.monotonicNow() >= endMs) break;
        }
      } catch (error) {
        return reject(error);
      }
      realSetImmediate(slice);
    };
    slice();
  });
}
