import { errorMessageOf } from '@rocket-nest/common';
import type { Logger } from '@rocket-nest/common';

/** A step of a shutdown and its name in log lines. */
export type NamedStep = readonly [name: string, run: () => void | Promise<void>];

/**
 * Runs every step in order, also after one has failed, so that a table that cannot be written does
 * not keep the store from closing. The first failure is thrown at the end.
 */
export async function runEachStep(logger: Logger, steps: readonly NamedStep[]): Promise<void> {
  let failed = false;
  let firstFailure: unknown;
  for (const [step, run] of steps) {
    try {
      await run();
    } catch (error) {
      logger.error('a step of the shutdown failed', { step, reason: errorMessageOf(error) });
      if (!failed) firstFailure = error;
      failed = true;
    }
  }
  if (failed) throw firstFailure;
}
