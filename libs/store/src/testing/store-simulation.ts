import { strict as assert } from 'node:assert';
import { SeededRandom } from '@rocket-nest/common';
import { realSetImmediate } from '@rocket-nest/common/internal';
import type { FlushDiskType, MessageStoreConfig } from '../config/message-store-config';
import type { MessageStore } from '../message-store';
import type { PutMessageResult } from '../put/put-message-result';
import { ManualClock } from './manual-clock';
import { readRecords, type ReadRecord } from './read-records';
import { SimulatedFileSystem } from './simulated-file-system';
import {
  createTestBatch,
  createTestMessage,
  createTestStore,
  pull,
  STORE_FOLDER,
} from './store-kit';
import { verifyStoreFiles } from './verify-store-files';

/** A message that somebody outside the store knows of. */
interface KnownMessage {
  readonly topic: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly body: string;
  readonly key: string;
}

export interface SimulationOptions {
  readonly seed: number;
  readonly flushDiskType: FlushDiskType;
  readonly crash: 'kill' | 'power';
  readonly config?: Partial<MessageStoreConfig>;
  /** Now and then the disk is full for a few writes. */
  readonly hasFullDisk?: boolean;
}

const TOPICS = ['Alpha', 'Beta', '%RETRY%Gamma'];
const QUEUES = 2;
const CHECKPOINT_MISSING = 'checkpoint is missing or too short';

/**
 * Drives a store on a simulated disk with random operations, crashes it anywhere, opens it again,
 * and holds it to its invariants by a ledger kept outside. Every choice comes from the seed.
 */
export class StoreSimulation {
  private disk = new SimulatedFileSystem();
  private readonly random: SeededRandom;
  private clock = new ManualClock();
  private store: MessageStore | undefined;
  private pid = 1;
  private nextBody = 0;
  private acknowledged: KnownMessage[] = [];
  private seen: KnownMessage[] = [];
  private crashes = 0;
  /** Deleted by the test, and made again at the next clean stop at the latest. */
  private isCheckpointGone = false;

  constructor(private readonly options: SimulationOptions) {
    this.random = new SeededRandom(options.seed);
  }

  /** Opens, works, crashes and checks, `rounds` times. */
  async run(rounds: number, operationsPerRound: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      await this.open();
      await this.check();
      for (let left = this.random.nextInt(operationsPerRound); left > 0; left--) {
        await this.operate();
      }
      if (this.random.nextInt(5) === 0) await this.stopCleanly();
      else this.crash();
      await this.verifyFiles();
      if (this.random.nextInt(3) === 0) {
        await this.crashWhileOpening();
        await this.verifyFiles();
      }
      if (this.random.nextInt(4) === 0) this.deleteDerivedFiles();
    }
    await this.open();
    await this.check();
    await this.checkKeys();
    await this.stopCleanly();
    await this.verifyFiles();
  }

  private async open(): Promise<void> {
    const store = this.newStore();
    await this.finish(store.load());
    store.start();
    this.store = store;
  }

  private newStore(): MessageStore {
    this.clock = new ManualClock(this.clock.wallNow() + 1);
    const { flushDiskType, config } = this.options;
    return createTestStore(this.disk, {
      pid: ++this.pid,
      clock: this.clock,
      config: { flushDiskType, flushConsumeQueueThoroughInterval: 400, ...config },
    });
  }

  private async operate(): Promise<void> {
    if (this.options.hasFullDisk && this.random.nextInt(8) === 0) {
      this.disk.failAt('pwrite', 1 + this.random.nextInt(4), 'ENOSPC', 1 + this.random.nextInt(4));
    }
    const choice = this.random.nextInt(10);
    if (choice < 5) this.put();
    else if (choice === 5) this.putBatch();
    else if (choice === 6) this.clock.advance(this.random.nextInt(1500));
    else if (choice === 7) await this.turns(1 + this.random.nextInt(6));
    else if (choice === 8) await this.look();
    else this.clock.advance(10_000 * this.random.nextInt(2));
  }

  private put(): void {
    const { topic, queueId } = this.target();
    const body = this.newBody();
    const key = `key-${body.slice(0, 6)}`;
    const message = createTestMessage(topic, queueId, body, { KEYS: key, TAGS: 'Tag' });
    this.current.putMessage(message, {
      onPut: (result) => this.acknowledge(result, topic, queueId, [{ body, key }]),
    });
  }

  private putBatch(): void {
    const { topic, queueId } = this.target();
    const count = 1 + this.random.nextInt(6);
    const items = Array.from({ length: count }, () => {
      const body = this.newBody();
      return { body, key: `key-${body.slice(0, 6)}` };
    });
    const batch = createTestBatch(
      topic,
      queueId,
      items.map(({ body, key }) => ({ body, properties: { KEYS: key } })),
    );
    this.current.putMessages(batch, {
      onPut: (result) => this.acknowledge(result, topic, queueId, items),
    });
  }

  private acknowledge(
    result: PutMessageResult,
    topic: string,
    queueId: number,
    items: readonly { body: string; key: string }[],
  ): void {
    if (result.status !== 'PUT_OK') return;
    items.forEach(({ body, key }, index) => {
      const queueOffset = result.queueOffset + index;
      this.acknowledged.push({ topic, queueId, queueOffset, body, key });
    });
  }

  /** What a consumer reads now must still be there after any crash under SYNC_FLUSH. */
  private async look(): Promise<void> {
    const { topic, queueId } = this.target();
    const max = this.current.maxOffsetInQueue(topic, queueId);
    if (max === 0) return;
    const offset = this.random.nextInt(max);
    const result = await this.finish(pull(this.current, topic, queueId, offset));
    assert.equal(result.status, 'FOUND', 'a visible message can be read');
    for (const record of readRecords(result.parts)) this.seen.push(known(record));
  }

  private crash(): void {
    this.crashes++;
    const { store, disk } = this;
    this.disk = this.options.crash === 'kill' ? disk.killProcess() : disk.cutPower(this.random);
    store?.abandon();
    this.store = undefined;
  }

  private async crashWhileOpening(): Promise<void> {
    const store = this.newStore();
    const opening = store.load().catch(() => undefined);
    await this.turns(this.random.nextInt(40));
    this.store = store;
    this.crash();
    void opening;
  }

  private async stopCleanly(): Promise<void> {
    await this.turns(3);
    this.disk.clearFailures();
    await this.finish(this.current.shutdown());
    this.isCheckpointGone = false;
    this.store = undefined;
  }

  private async verifyFiles(): Promise<void> {
    const allowed = this.isCheckpointGone ? [CHECKPOINT_MISSING] : [];
    await this.finish(verifyStoreFiles(this.disk, this.newStore().config, allowed));
  }

  /** I4: the commit log is the only truth. */
  private deleteDerivedFiles(): void {
    const derived = ['consumequeue', 'index', 'checkpoint', 'checkpoint.bak'];
    const victims = derived.filter(() => this.random.nextInt(2) === 0);
    this.isCheckpointGone ||= victims.includes('checkpoint');
    for (const victim of victims) {
      const path = `${STORE_FOLDER}/${victim}`;
      const status = this.disk.status(path);
      if (status?.isDirectory) this.disk.removeFolder(path);
      else if (status) this.disk.unlink(path);
    }
  }

  /** Compares all that the store answers with what is known outside. */
  private async check(): Promise<void> {
    const stored = new Map<string, ReadRecord>();
    for (const { topic, queueId, minOffset, maxOffset } of [...this.current.queues()]) {
      assert.equal(minOffset, 0, 'nothing was deleted');
      for (const record of await this.readQueue(topic, queueId, maxOffset)) {
        stored.set(placeOf(known(record)), record);
      }
    }
    if (this.options.flushDiskType === 'SYNC_FLUSH' || this.options.crash === 'kill') {
      for (const message of this.acknowledged) this.mustBe(stored, message, 'acknowledged');
      for (const message of this.seen) this.mustBe(stored, message, 'seen by a consumer');
      return;
    }
    this.checkLostSuffix(stored);
  }

  private async readQueue(topic: string, queueId: number, max: number): Promise<ReadRecord[]> {
    const records: ReadRecord[] = [];
    for (let offset = 0; offset < max;) {
      const result = await this.finish(pull(this.current, topic, queueId, offset));
      assert.equal(result.status, 'FOUND', `${topic}@${queueId} offset ${offset} of ${max}`);
      records.push(...readRecords(result.parts));
      offset = result.nextBeginOffset;
    }
    records.forEach((record, index) => {
      assert.equal(record.queueOffset, index, 'I3: queue offsets are dense');
      assert.equal(record.topic, topic);
      assert.equal(record.queueId, queueId);
    });
    assert.equal(records.length, max, 'every offset has its message');
    return records;
  }

  /** Under ASYNC_FLUSH a power cut may take a suffix of each queue, and nothing else. */
  private checkLostSuffix(stored: ReadonlyMap<string, ReadRecord>): void {
    const kept = this.acknowledged.filter((message) => {
      return stored.get(placeOf(message))?.body === message.body;
    });
    const lostFrom = new Map<string, number>();
    for (const message of this.acknowledged) {
      if (kept.includes(message)) continue;
      const queue = `${message.topic}@${message.queueId}`;
      const from = Math.min(lostFrom.get(queue) ?? Infinity, message.queueOffset);
      lostFrom.set(queue, from);
    }
    for (const message of kept) {
      const from = lostFrom.get(`${message.topic}@${message.queueId}`) ?? Infinity;
      assert(message.queueOffset < from, 'only a suffix is lost');
    }
    this.acknowledged = kept;
    this.seen = [];
  }

  private async checkKeys(): Promise<void> {
    for (const message of this.acknowledged.filter(() => this.random.nextInt(5) === 0)) {
      const { topic, key, body } = message;
      const result = await this.finish(this.current.queryMessage(topic, key, 64, 0, Infinity));
      const bodies = readRecords(result.records).map((record) => record.body);
      assert(bodies.includes(body), `found by its key ${key}`);
    }
  }

  private mustBe(
    stored: ReadonlyMap<string, ReadRecord>,
    message: KnownMessage,
    what: string,
  ): void {
    const found = stored.get(placeOf(message));
    assert.equal(found?.body, message.body, `${what}: ${placeOf(message)}, crash ${this.crashes}`);
  }

  private get current(): MessageStore {
    assert(this.store, 'the store is open');
    return this.store;
  }

  private target(): { topic: string; queueId: number } {
    const topic = TOPICS[this.random.nextInt(TOPICS.length)];
    return { topic, queueId: this.random.nextInt(QUEUES) };
  }

  private newBody(): string {
    const number = String(this.nextBody++).padStart(6, '0');
    return `${number} ${'x'.repeat(this.random.nextInt(this.random.nextInt(8) === 0 ? 3000 : 200))}`;
  }

  /** Lets the disk and the store's background work go on until a promise settles. */
  private async finish<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    const done = promise.finally(() => (isDone = true));
    done.catch(() => undefined);
    for (let turn = 0; !isDone; turn++) {
      assert(turn < 1_000_000, 'never finished');
      await this.turns(1);
    }
    return done;
  }

  private async turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) {
      await new Promise<void>((resolve) => realSetImmediate(resolve));
    }
  }
}

function placeOf({ topic, queueId, queueOffset }: KnownMessage): string {
  return `${topic}@${queueId}:${queueOffset}`;
}

function known(record: ReadRecord): KnownMessage {
  return { ...record, key: '' };
}
