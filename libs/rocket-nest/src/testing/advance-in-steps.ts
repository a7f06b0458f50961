import type { AdvanceableClock } from '@rocket-nest/common';

/** Steps of one advance, one for each time at which something is due; past it the rest is one. */
const MAX_STEPS = 20_000;

/**
 * Moves wall time forward by `spanMs`, stopping wherever something is due. `settle` is awaited
 * before, between and after the steps, so that what a step brings about can become due itself.
 */
export async function advanceInSteps(
  clock: AdvanceableClock,
  spanMs: number,
  settle: () => Promise<void>,
): Promise<void> {
  await settle();
  let leftMs = spanMs;
  for (let step = 0; step < MAX_STEPS && leftMs > 0; step++) {
    const untilDueMs = (clock.nextDueMs ?? Infinity) - clock.wallNow();
    const stepMs = Math.min(leftMs, Math.max(0, Math.ceil(untilDueMs)));
    if (stepMs === leftMs) break;
    clock.advance(stepMs);
    leftMs -= stepMs;
    await settle();
  }
  clock.advance(leftMs);
  await settle();
}
