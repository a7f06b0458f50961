import {
  createMessage,
  errorMessageOf,
  type Clock,
  type Logger,
  type Message,
  type Timer,
} from '@rocket-nest/common';
import { Fifo } from '../support/fifo';
import { withDeadline } from '../support/deadline';
import { encodeTraceRecord, traceKeysOf, type TraceRecord } from './trace-record';

/** Records that wait; further ones are dropped and counted. */
const MAX_WAITING = 2048;
/** Records in one message. */
const RECORDS_PER_MESSAGE = 20;
/** Bytes in one message, about. */
const MAX_MESSAGE_BYTES = 128_000;
/** Records wait no longer than this for others to go with. */
const FLUSH_INTERVAL_MS = 5000;
/** Messages on their way at a time. */
const MAX_SENDING = 4;
/** How long `shutdown` waits for the rest. */
const END_MS = 5000;

/** Collects trace records and sends them, some in one message. Tracing never delays what is traced. */
export class TraceDispatcher {
  private readonly waiting = new Fifo<TraceRecord>();
  private readonly timer: Timer;
  private sending = 0;
  private flushing = false;
  private stopped = false;
  private dropped = 0;
  private idle: (() => void) | undefined;

  constructor(
    private readonly traceTopic: string,
    private readonly send: (message: Message) => Promise<unknown>,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.timer = clock.every(FLUSH_INTERVAL_MS, () => this.flush());
  }

  /** Records that were dropped since the start because too many waited. */
  get discardCount(): number {
    return this.dropped;
  }

  append(record: TraceRecord): void {
    if (this.stopped || this.waiting.length >= MAX_WAITING) {
      if (this.dropped++ === 0) {
        this.logger.warn(`trace records are dropped: ${MAX_WAITING} wait to be sent already`);
      }
      return;
    }
    this.waiting.push(record);
    if (this.waiting.length >= RECORDS_PER_MESSAGE) this.dispatch();
  }

  /** Sends what waits, also when it is little. */
  flush(): void {
    this.flushing = this.waiting.length > 0;
    this.dispatch();
  }

  /** Sends the rest, for a while. */
  async shutdown(): Promise<void> {
    this.timer.cancel();
    this.stopped = true;
    this.flush();
    const late = (): Error => new Error('trace records are left');
    const end = withDeadline(this.whenIdle(), this.clock, END_MS, undefined, {
      late,
      aborted: late,
    });
    await end.catch(() =>
      this.logger.warn(`${this.waiting.length} trace records were not sent before the end`),
    );
  }

  private whenIdle(): Promise<void> {
    if (this.sending === 0 && this.waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.idle = resolve;
    });
  }

  private dispatch(): void {
    while (this.sending < MAX_SENDING && this.mayTake()) {
      this.sending++;
      void this.sendSome(this.take()).finally(() => {
        this.sending--;
        this.dispatch();
        if (this.sending === 0 && this.waiting.length === 0) this.idle?.();
      });
    }
    if (this.waiting.length === 0) this.flushing = false;
  }

  private mayTake(): boolean {
    const { length } = this.waiting;
    return length >= RECORDS_PER_MESSAGE || (this.flushing && length > 0);
  }

  /** Records for one message; those of one region go together. */
  private take(): TraceRecord[] {
    const records: TraceRecord[] = [];
    let bytes = 0;
    for (let next = this.waiting.peek(); next; next = this.waiting.peek()) {
      const full = records.length >= RECORDS_PER_MESSAGE || bytes > MAX_MESSAGE_BYTES / 2;
      if (records.length > 0 && (full || next.regionId !== records[0].regionId)) break;
      records.push(next);
      bytes += encodeTraceRecord(next).length;
      this.waiting.shift();
    }
    return records;
  }

  private async sendSome(records: readonly TraceRecord[]): Promise<void> {
    const keys = [...new Set(records.flatMap(traceKeysOf))];
    const body = records.map(encodeTraceRecord).join('');
    try {
      await this.send(createMessage({ topic: this.traceTopic, body, keys }));
    } catch (error) {
      this.logger.warn(`${records.length} trace records were not sent: ${errorMessageOf(error)}`);
    }
  }
}
