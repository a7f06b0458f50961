import { SystemClock, type Timer } from '@rocket-nest/common';

/** The system's clock with shorter waits, for tests of what happens after them. */
export class HastyClock extends SystemClock {
  constructor(private readonly factor: number) {
    super();
  }

  override after(delayMs: number, task: () => void): Timer {
    return super.after(delayMs / this.factor, task);
  }

  override every(intervalMs: number, task: () => void): Timer {
    return super.every(intervalMs / this.factor, task);
  }
}
