import type { ProcessQueue } from './process-queue';

/** Those who wait until no listener call runs for a queue, or at all. */
export class IdleWaiters {
  private waiting: { queue: ProcessQueue | undefined; resolve: () => void }[] = [];

  /** `isIdle` tells whether no call runs for the queue (undefined: at all). */
  constructor(private readonly isIdle: (queue: ProcessQueue | undefined) => boolean) {}

  wait(queue: ProcessQueue | undefined): Promise<void> {
    if (this.isIdle(queue)) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ queue, resolve }));
  }

  /** Call it after a call has ended. */
  check(): void {
    if (this.waiting.length === 0) return;
    this.waiting = this.waiting.filter(({ queue, resolve }) => {
      const idle = this.isIdle(queue);
      if (idle) resolve();
      return !idle;
    });
  }
}
