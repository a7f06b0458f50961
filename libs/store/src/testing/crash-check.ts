import { strict as assert } from 'node:assert';
import type { SeededRandom } from '@rocket-nest/common';
import type { FlushDiskType } from '../config/message-store-config';
import type { MessageStore } from '../message-store';
import {
  BODY_BYTES,
  TINY,
  TOPICS,
  turns,
  type KnownBefore,
  type SentMessage,
} from './crash-sequence';
import { DamageWatch } from './damage-watch';
import { ManualClock } from './manual-clock';
import { readRecords, type ReadRecord } from './read-records';
import type { SimulatedFileSystem } from './simulated-file-system';
import { createTestMessage, createTestStore, pull } from './store-kit';
import { verifyStoreFiles } from './verify-store-files';

/** Turns within which a recovery is cut short. */
const RECOVERY_TURNS = 30;
/** One state in so many is stopped cleanly at last; it and what the crash left are verified. */
const VERIFIED_ONE_IN = 16;
const SECOND_LIFE = 'second';
const NEXT = 'next';

/** Recovers from one state of the disk and holds the store to its word. */
export class CrashCheck {
  private pid = 10;
  private readonly damage = new DamageWatch();

  constructor(
    private readonly flushDiskType: FlushDiskType,
    private readonly before: KnownBefore,
    private readonly random: SeededRandom,
  ) {}

  async check(disk: SimulatedFileSystem, isRecoveryCut: boolean): Promise<void> {
    const found = isRecoveryCut ? await this.cutRecovery(disk) : disk;
    const store = this.newStore(found);
    const isVerified = this.random.nextInt(VERIFIED_ONE_IN) === 0;
    if (isVerified) await verifyStoreFiles(found, store.config);
    await store.load();
    store.start();
    const records = await this.readAll(store);
    this.checkRecords(records);
    this.checkRequired(records);
    await this.checkNext(store);
    await this.checkKeys(store, records);
    if (isVerified) {
      await store.shutdown();
      await verifyStoreFiles(found, store.config);
    } else if (this.random.nextInt(2) === 0) await this.checkSecondLife(store, found, records);
    store.abandon();
    assert.deepEqual(this.damage.lines, [], 'nothing counts as damaged that a crash left');
  }

  /** What the first recovery cut off stays away after the next power cut. */
  private async checkSecondLife(
    store: MessageStore,
    disk: SimulatedFileSystem,
    records: readonly ReadRecord[],
  ): Promise<void> {
    const put = (): void => {
      const topic = TOPICS[this.random.nextInt(TOPICS.length)];
      const message = createTestMessage(topic, 0, SECOND_LIFE.padEnd(BODY_BYTES, 'y'), {
        KEYS: 'key-0000',
        TAGS: 'Tag',
      });
      store.putMessage(message, { onPut: () => undefined });
    };
    for (let left = this.random.nextInt(4); left > 0; left--) put();
    await turns(this.random.nextInt(8));
    const survivor = disk.cutPower(this.random);
    store.abandon();
    const again = this.newStore(survivor);
    await again.load();
    again.start();
    const after = await this.readAll(again);
    again.abandon();
    const old = after.filter(({ body }) => !body.startsWith(SECOND_LIFE) && body !== NEXT);
    const places = (list: readonly ReadRecord[]): string[] =>
      list.map(({ physicalOffset, body }) => `${physicalOffset} ${body.slice(0, 4)}`);
    assert.deepEqual(places(old), places(records), 'I8: nothing comes back, nothing goes');
  }

  private async cutRecovery(disk: SimulatedFileSystem): Promise<SimulatedFileSystem> {
    const store = this.newStore(disk);
    void store.load().catch(() => undefined);
    await turns(this.random.nextInt(RECOVERY_TURNS));
    const survivor = disk.cutPower(this.random);
    store.abandon();
    return survivor;
  }

  private newStore(disk: SimulatedFileSystem): MessageStore {
    return createTestStore(disk, {
      pid: ++this.pid,
      boot: `boot ${this.pid}`,
      logger: this.damage,
      clock: new ManualClock(1_700_000_100_000 + this.pid),
      config: { ...TINY, flushDiskType: this.flushDiskType },
    });
  }

  private async readAll(store: MessageStore): Promise<ReadRecord[]> {
    const records: ReadRecord[] = [];
    for (const { topic, queueId, minOffset, maxOffset } of [...store.queues()]) {
      let expected = minOffset;
      for (let offset = minOffset; offset < maxOffset;) {
        const result = await pull(store, topic, queueId, offset);
        assert.equal(result.status, 'FOUND', `${topic}@${queueId}:${offset} of ${maxOffset}`);
        for (const record of readRecords(result.parts)) {
          assert.equal(record.queueOffset, expected++, 'I3: queue offsets are dense');
          assert.equal(`${record.topic}@${record.queueId}`, `${topic}@${queueId}`);
          records.push(record);
        }
        offset = result.nextBeginOffset;
      }
      assert.equal(expected, maxOffset, 'every offset has its message');
    }
    return records.sort((a, b) => a.physicalOffset - b.physicalOffset);
  }

  /** Only what was sent, where it was sent to; and of that a prefix of the log. */
  private checkRecords(records: readonly ReadRecord[]): void {
    const byBody = new Map(this.before.sent.map((message) => [message.body, message]));
    for (const record of records) {
      const message = byBody.get(record.body);
      assert(message, `nobody sent ${record.body.slice(0, 10)}`);
      assert.equal(`${record.topic}@${record.queueId}`, `${message.topic}@${message.queueId}`);
      assert(!message.isRefused, `refused ${message.key} came back`);
      if (!message.isAcknowledged) continue;
      assert.equal(record.queueOffset, message.queueOffset, 'at the offset that was told');
      assert.equal(record.physicalOffset, message.physicalOffset);
    }
    const last = records[records.length - 1]?.physicalOffset ?? -1;
    const there = new Set(records.map(({ physicalOffset }) => physicalOffset));
    for (const message of this.expected()) {
      if (message.physicalOffset > last) continue;
      assert(there.has(message.physicalOffset), `only a suffix is lost, not ${message.key}`);
    }
  }

  private checkRequired(records: readonly ReadRecord[]): void {
    const there = new Set(records.map(({ physicalOffset }) => physicalOffset));
    const { seen, flushedWhere, minPhyOffset } = this.before;
    const isSync = this.flushDiskType === 'SYNC_FLUSH';
    for (const message of this.expected()) {
      if (!isSync && message.physicalOffset >= flushedWhere) continue;
      assert(there.has(message.physicalOffset), `I1: acknowledged ${message.key}`);
    }
    if (!isSync) return;
    for (const physicalOffset of seen) {
      if (physicalOffset < minPhyOffset) continue;
      assert(there.has(physicalOffset), `I2: a consumer saw the record at ${physicalOffset}`);
    }
  }

  private async checkNext(store: MessageStore): Promise<void> {
    for (const { topic, queueId, maxOffset } of [...store.queues()]) {
      let offset = -1;
      store.putMessage(createTestMessage(topic, queueId, NEXT), {
        onPut: ({ status, queueOffset }) => (offset = status === 'PUT_OK' ? queueOffset : -2),
      });
      for (let turn = 0; offset === -1 && turn < 1000; turn++) await turns(1);
      assert.equal(offset, maxOffset, 'the next message gets the next offset');
    }
  }

  private async checkKeys(store: MessageStore, records: readonly ReadRecord[]): Promise<void> {
    const record = records[this.random.nextInt(Math.max(1, records.length))];
    const message = this.before.sent.find(({ body }) => body === record?.body);
    if (!record || !message) return;
    const found = await store.queryMessage(message.topic, message.key, 8, 0, Infinity);
    const bodies = readRecords(found.records).map(({ body }) => body);
    assert.deepEqual(bodies, [message.body], `I4: found by its key ${message.key}`);
  }

  /** Acknowledged and not deleted. */
  private expected(): readonly SentMessage[] {
    const { sent, minPhyOffset } = this.before;
    return sent.filter(
      (message) => message.isAcknowledged && message.physicalOffset >= minPhyOffset,
    );
  }
}
