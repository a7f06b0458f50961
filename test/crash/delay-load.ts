import * as fs from 'node:fs';
import * as path from 'node:path';
import { sleep, waitFor } from '../support/polling';
import { readQueue, type QueueName } from '../support/raw-client';
import type { RawConnection } from '../support/raw-connection';
import { RawProducer } from '../support/raw-producer';
import type { StoredRecord } from '../support/stored-record';
import type { CrashLoad } from './crash-chain';

const QUEUE: QueueName = { topic: 'crash-delay', queueId: 0 };
const LEVEL = 1;
const DELAY_MS = 1000;
const SENDERS = 4;
const PAUSE_MS = 20;

interface SentDelayed {
  readonly sentAtMs: number;
  /** Its place in its level's queue; undefined when it was never acknowledged. */
  scheduleOffset?: number;
  /** Crashes before which it was delivered, with progress on disk that did not say so yet. */
  mayComeAgain: number;
}

/** Messages of one delay level, with when each of them may come, and how often. */
export class DelayLoad implements CrashLoad {
  readonly problems: string[] = [];
  private readonly sent = new Map<string, SentDelayed>();
  /** Progress on disk when the last broker died. */
  private progress = 0;

  async check(connection: RawConnection): Promise<void> {
    const records = await readQueue(connection, QUEUE);
    const copies = new Map<string, number>();
    for (const record of records) {
      const body = record.body.toString();
      copies.set(body, (copies.get(body) ?? 0) + 1);
      this.checkTime(body, record);
    }
    for (const [body, count] of copies) {
      const allowed = 1 + (this.sent.get(body)?.mayComeAgain ?? 0);
      if (count > allowed) this.problems.push(`${body} came ${count} times, not ${allowed}`);
    }
  }

  async run(connection: RawConnection): Promise<void> {
    const producer = new RawProducer(connection, 'crash-producer');
    const loops = Array.from({ length: SENDERS }, () => this.sendWhileOpen(producer));
    await Promise.all(
      loops.map((loop) =>
        loop.catch((error: unknown) => {
          if (connection.isOpen) throw error;
        }),
      ),
    );
  }

  /** Deliveries behind the progress on disk may have been made, and will be made again. */
  onCrashed(storeFolder: string): void {
    const progress = progressOnDisk(storeFolder);
    if (progress < this.progress) this.problems.push(`progress fell to ${progress}`);
    this.progress = progress;
    for (const each of this.sent.values()) {
      const isBehind = each.scheduleOffset !== undefined && each.scheduleOffset < progress;
      const isDue = each.sentAtMs + DELAY_MS <= Date.now();
      if (!isBehind && isDue) each.mayComeAgain++;
    }
  }

  async settle(connection: RawConnection): Promise<void> {
    const acknowledged = [...this.sent].filter(([, each]) => each.scheduleOffset !== undefined);
    await waitFor('every delayed message', async () => {
      const bodies = (await readQueue(connection, QUEUE)).map(({ body }) => body.toString());
      const there = new Set(bodies);
      return acknowledged.every(([body]) => there.has(body));
    });
    await this.check(connection);
  }

  private async sendWhileOpen(producer: RawProducer): Promise<void> {
    while (producer.connection.isOpen) {
      const body = `D${this.sent.size}`;
      const each: SentDelayed = { sentAtMs: Date.now(), mayComeAgain: 0 };
      this.sent.set(body, each);
      const { queueOffset } = await producer.send(QUEUE, body, { DELAY: String(LEVEL) });
      each.scheduleOffset = queueOffset;
      await sleep(PAUSE_MS);
    }
  }

  private checkTime(body: string, { storeTimestamp }: StoredRecord): void {
    const dueMs = (this.sent.get(body)?.sentAtMs ?? Infinity) + DELAY_MS;
    if (storeTimestamp < dueMs)
      this.problems.push(`${body} came ${dueMs - storeTimestamp} ms early`);
  }
}

/** What the next broker will go on from. */
function progressOnDisk(storeFolder: string): number {
  const file = path.join(storeFolder, 'config/delayOffset.json');
  const existing = [file, `${file}.bak`].find((each) => fs.existsSync(each));
  if (existing === undefined) return 0;
  const text = fs.readFileSync(existing, 'utf8');
  return Number(
    new RegExp(`\\b${LEVEL}"?:\\s*(\\d+)`).exec(text.split('offsetTable')[1])?.[1] ?? 0,
  );
}
