import { sleep } from '../support/polling';
import type { RawConnection } from '../support/raw-connection';

const GET_BROKER_RUNTIME_INFO = 28;
const INTERVAL_MS = 10;

/** What a running broker tells of how far its commit log is synced. */
export class FlushWatch {
  /** Told as durable: nothing below it may be lost. */
  flushedOffset = 0;
  /** How long a question stayed unanswered at most: as long something held up broker or test. */
  longestWaitMs = 0;

  /** Asks again and again until the connection closes. */
  async run(connection: RawConnection): Promise<void> {
    let lastMs = performance.now();
    try {
      while (connection.isOpen) {
        const { body } = await connection.request(GET_BROKER_RUNTIME_INFO);
        const nowMs = performance.now();
        this.longestWaitMs = Math.max(this.longestWaitMs, nowMs - lastMs - INTERVAL_MS);
        lastMs = nowMs;
        this.note(JSON.parse(body.toString()).table);
        await sleep(INTERVAL_MS);
      }
    } catch (error) {
      if (connection.isOpen) throw error;
    }
  }

  private note(table: Readonly<Record<string, string>>): void {
    const number = (name: string): number => {
      const value = parseInt(table[name], 10);
      if (Number.isNaN(value)) throw new Error(`the broker tells no ${name}`);
      return value;
    };
    const written = number('commitLogMaxOffset') + number('dispatchBehindBytes');
    const flushed = written - number('remainHowManyDataToFlush');
    this.flushedOffset = Math.max(this.flushedOffset, flushed);
  }
}
