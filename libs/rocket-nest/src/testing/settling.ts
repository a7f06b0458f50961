import { realMonotonicNow, realSetImmediate, realSetTimeout } from '@rocket-nest/common/internal';

/** Turns of the event loop without anything under way after which nothing is expected to come. */
const QUIET_TURNS = 12;
const POLL_MS = 1;

/**
 * Waits until nothing is on its way any more. Broker, clients and listeners live in one process, so
 * whatever one part has for another arrives within a few turns of the event loop.
 */
export class Settling {
  /** What did not end within the limit, such as the queue of a paused listener. */
  private ignored = new Set<string>();

  /** @param unfinished names what is under way */
  constructor(private readonly unfinished: () => Iterable<string>) {}

  /** Resolves when all is quiet; after `limitMs` what still is under way is not waited for again. */
  async settle(limitMs: number): Promise<void> {
    const endMs = realMonotonicNow() + limitMs;
    for (let quiet = 0; quiet < QUIET_TURNS;) {
      await new Promise<void>((resolve) => realSetImmediate(resolve));
      const waitedFor = this.waitedFor();
      if (waitedFor.length === 0) {
        quiet++;
        continue;
      }
      quiet = 0;
      if (realMonotonicNow() >= endMs) {
        for (const name of waitedFor) this.ignored.add(name);
        return;
      }
      await new Promise<void>((resolve) => void realSetTimeout(resolve, POLL_MS));
    }
  }

  private waitedFor(): string[] {
    const now = new Set(this.unfinished());
    for (const name of this.ignored) if (!now.has(name)) this.ignored.delete(name);
    return [...now].filter((name) => !this.ignored.has(name));
  }
}
