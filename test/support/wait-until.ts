import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;

/** Resolves once `condition` holds; rejects, naming it, when it does not within `withinMs`. */
export async function waitUntil(condition: () => boolean, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > end) {
      throw new Error(`not true within ${withinMs} ms: ${condition.toString()}`);
    }
    await sleep(POLL_MS);
  }
}
