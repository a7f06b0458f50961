import { realSetImmediate } from '@rocket-nest/common/internal';
import type { SeededRandom } from '@rocket-nest/common';
import type { FlushDiskType, MessageStoreConfig } from '../config/message-store-config';
import type { MessageStore } from '../message-store';
import { ManualClock } from './manual-clock';
import { SimulatedFileSystem } from './simulated-file-system';
import { createTestMessage, openTestStore } from './store-kit';

export const OPERATIONS = [
  'append',
  'roll',
  'flush',
  'checkpoint',
  'truncate',
  'delete',
  'persist',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A message that was given to the store. */
export interface SentMessage {
  readonly topic: string;
  readonly queueId: number;
  readonly body: string;
  readonly key: string;
  queueOffset: number;
  physicalOffset: number;
  isAcknowledged: boolean;
  isRefused: boolean;
}

/** What was known of a store when the power was cut. */
export interface KnownBefore {
  readonly sent: readonly SentMessage[];
  /** Positions of records that consumers could see. */
  readonly seen: ReadonlySet<number>;
  readonly flushedWhere: number;
  readonly minPhyOffset: number;
}

/** Files so small that a sequence of three operations goes over their borders. */
export const TINY: Partial<MessageStoreConfig> = {
  mappedFileSizeCommitLog: 2048,
  mappedFileSizeConsumeQueue: 5 * 20,
  commitLogChunkBytes: 1024,
  commitLogTailBytes: 2048,
  recoveryCheckpointBytes: 1024,
  maxHashSlotNum: 8,
  maxIndexNum: 12,
};

/** As long as each other, and most bodies too: what a crash leaves may end where a record begins. */
export const TOPICS = ['Alpha', 'Gamma'];
export const BODY_BYTES = 300;
const FIRST_MESSAGES = 6;
/** Turns of the event loop after which nothing is left to do. */
const SETTLING_TURNS = 60;

export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise<void>((resolve) => realSetImmediate(resolve));
  }
}

/** Brings a store into a durable state, then runs a few operations, the last perhaps not to its end. */
export class CrashSequence {
  readonly disk = new SimulatedFileSystem();
  private readonly sent: SentMessage[] = [];
  private readonly seen = new Set<number>();
  private store!: MessageStore;

  constructor(
    private readonly flushDiskType: FlushDiskType,
    private readonly random: SeededRandom,
  ) {}

  async run(operations: readonly Operation[]): Promise<KnownBefore> {
    const config = { ...TINY, flushDiskType: this.flushDiskType };
    this.store = await openTestStore(this.disk, { clock: new ManualClock(), config });
    this.store.setMessageArrivingListener({
      arriving: (_topic, _queueId, _offset, _tagsCode, _time, { physicalOffset }) =>
        void this.seen.add(physicalOffset),
    });
    for (let index = 0; index < FIRST_MESSAGES; index++) this.put(BODY_BYTES);
    await turns(SETTLING_TURNS);
    if (this.random.nextInt(4) > 0) await this.store['parts'].checkpointService.persist();
    for (const [index, operation] of operations.entries()) {
      // What is under way when the machine goes off, or on a full disk, fails.
      this.operate(operation).catch(() => undefined);
      const isLast = index === operations.length - 1;
      const isCutShort = isLast || this.random.nextInt(3) === 0;
      await turns(isCutShort ? this.random.nextInt(8) : SETTLING_TURNS);
    }
    const known = {
      sent: this.sent,
      seen: new Set(this.seen),
      flushedWhere: this.store.flushedWhere(),
      minPhyOffset: this.store.minPhyOffset(),
    };
    // From now on the machine is off: what is under way never ends.
    this.disk.cutPowerKeeping(() => false, 0);
    this.store.abandon();
    return known;
  }

  private async operate(operation: Operation): Promise<void> {
    const { commitService, checkpointService, offsetSaver } = this.store['parts'];
    switch (operation) {
      case 'append':
        for (let left = 1 + this.random.nextInt(3); left > 0; left--) this.put(BODY_BYTES);
        return;
      case 'roll':
        return this.put(1500);
      case 'truncate':
        // A write that fails in its middle: the whole records of its head have to go again.
        this.disk.maxWriteBytes = 512;
        this.disk.failAt('pwrite', 3, 'ENOSPC');
        for (let left = 4; left > 0; left--) this.put(BODY_BYTES);
        await turns(2);
        this.disk.maxWriteBytes = Infinity;
        this.disk.clearFailures();
        return;
      case 'flush':
        return commitService.sync();
      case 'checkpoint':
        return checkpointService.persist();
      case 'persist':
        return offsetSaver.save();
      case 'delete':
        await this.store.deleteExpiredFiles(Infinity);
    }
  }

  private put(bodyBytes: number): void {
    const topic = TOPICS[this.random.nextInt(TOPICS.length)];
    const queueId = this.random.nextInt(2);
    const number = String(this.sent.length).padStart(4, '0');
    const message: SentMessage = {
      topic,
      queueId,
      body: `${number} `.padEnd(bodyBytes, 'x'),
      key: `key-${number}`,
      queueOffset: -1,
      physicalOffset: -1,
      isAcknowledged: false,
      isRefused: false,
    };
    this.sent.push(message);
    const properties = { KEYS: message.key, TAGS: 'Tag' };
    this.store.putMessage(createTestMessage(topic, queueId, message.body, properties), {
      onPut: ({ status, queueOffset, physicalOffset }) => {
        message.isAcknowledged = status === 'PUT_OK';
        message.isRefused = status !== 'PUT_OK';
        if (status !== 'PUT_OK') return;
        message.queueOffset = queueOffset;
        message.physicalOffset = physicalOffset;
      },
    });
  }
}
