import { clearTimeout, setTimeout } from 'node:timers';
import { RocketDatabaseError } from './rocket-database-error';

/** Waiters for the connection; further ones are refused. */
const MOST_WAITERS = 10_000;
const DEFAULT_WAIT_MS = 30_000;

interface Waiter {
  readonly enter: () => void;
}

/** Lets one at a time use the only connection of an engine, in the order of asking. */
export class ConnectionMutex {
  private readonly waiters: Waiter[] = [];
  private held = false;

  get isHeld(): boolean {
    return this.held;
  }

  /**
   * Resolves once the connection is the caller's, who gives it back with `release`.
   *
   * @param waitMs default 30 000
   * @throws RocketDatabaseError CONNECTION_BUSY after that time, or when 10 000 wait already
   */
  async acquire(waitMs: number = DEFAULT_WAIT_MS): Promise<void> {
    if (!this.held) {
      this.held = true;
      return;
    }
    if (this.waiters.length >= MOST_WAITERS) {
      throw new RocketDatabaseError(
        'CONNECTION_BUSY',
        `${MOST_WAITERS} statements wait for the only connection of this database already`,
      );
    }
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        enter: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.waiters.splice(this.waiters.indexOf(waiter), 1);
        reject(busy(waitMs));
      }, waitMs);
      this.waiters.push(waiter);
    });
  }

  release(): void {
    const next = this.waiters.shift();
    if (next) next.enter();
    else this.held = false;
  }

  async run<T>(work: () => Promise<T>, waitMs?: number): Promise<T> {
    await this.acquire(waitMs);
    try {
      return await work();
    } finally {
      this.release();
    }
  }
}

function busy(waitMs: number): RocketDatabaseError {
  return new RocketDatabaseError(
    'CONNECTION_BUSY',
    `waited ${waitMs} ms for the only connection of this database, which an open transaction holds; ` +
      "inside a transaction use that transaction's manager, and keep transactions short",
  );
}
