import { realMonotonicNow, realSetTimeout } from '@rocket-nest/common/internal';

/** Resolves once `condition` holds; rejects, naming `what`, when it does not in time. */
export async function waitFor(
  what: string,
  condition: () => boolean,
  withinMs = 10_000,
): Promise<void> {
  const endMs = realMonotonicNow() + withinMs;
  while (!condition()) {
    if (realMonotonicNow() > endMs) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await new Promise<void>((resolve) => realSetTimeout(resolve, 5));
  }
}
