import { realClearTimeout, realSetTimeout } from '@rocket-nest/common/internal';

/** How long a process stays alive after the last thing that happened in its harness. */
const LINGER_MS = 3_000;

/**
 * Clients and broker keep no process alive, so that a test that forgets to close its harness still
 * ends. While a test waits for its own listener, nothing else may: this timer holds the process
 * until a moment after the last event.
 */
export class KeepAlive {
  private timer: NodeJS.Timeout | undefined;

  /** Something happened, or is waited for. */
  touch(): void {
    if (this.timer) this.timer.refresh();
    else this.timer = realSetTimeout(() => (this.timer = undefined), LINGER_MS);
  }

  stop(): void {
    realClearTimeout(this.timer);
    this.timer = undefined;
  }
}
