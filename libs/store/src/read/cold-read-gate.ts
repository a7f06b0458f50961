import { StoreError } from '../errors/store-error';

/**
 * Lets few reads of old data run at once, so that they never take every thread of the pool and a
 * sync of the commit log always finds one. Past `maxWaiting` waiting reads a read is refused.
 */
export class ColdReadGate {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly maxRunning: number,
    private readonly maxWaiting: number,
    private readonly onLimit: () => void,
  ) {}

  async run<T>(read: () => Promise<T>): Promise<T> {
    if (this.running >= this.maxRunning) await this.wait();
    else this.running++;
    try {
      return await read();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }

  /** The one that ends hands its place over, so `running` stays as it is. */
  private wait(): Promise<void> {
    if (this.waiting.length >= this.maxWaiting) {
      this.onLimit();
      throw new StoreError(
        'STORE_READ_BUSY',
        `${this.maxWaiting} reads of old messages are waiting; try again later`,
      );
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
