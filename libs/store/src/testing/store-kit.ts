import {
  AdvanceableClock,
  type Clock,
  SeededRandom,
  SilentLogger,
  type FileSystem,
  type Logger,
} from '@rocket-nest/common';
import { EventLoopTurn } from '@rocket-nest/common/internal';
import type { ProcessProbe } from '../checkpoint/process-probe';
import { createMessageStoreConfig } from '../config/default-message-store-config';
import type { MessageStoreConfig } from '../config/message-store-config';
import type { GetMessageRequest, GetMessageResult } from '../get/get-message';
import { MessageStore } from '../message-store';
import { createHostAddress } from '../put/host-address';
import type { MessageExtBatch, MessageExtBrokerInner } from '../put/message-ext-broker-inner';

/** Folder of every store on a simulated disk. */
export const STORE_FOLDER = '/store';

const STORE_HOST = createHostAddress('10.0.0.1', 10911);
const BORN_HOST = createHostAddress('10.0.0.9', 53000);

/** Each process is another one, and none but the asking one runs. */
export class LoneProcess implements ProcessProbe {
  constructor(
    readonly pid: number,
    private readonly boot: string,
  ) {}

  startMark(): string {
    return 'mark';
  }

  isAlive(pid: number): boolean {
    return pid === this.pid;
  }

  systemLockHolder(): undefined {
    return undefined;
  }

  bootMark(): string {
    return this.boot;
  }
}

export interface StoreKitOptions {
  readonly config?: Partial<MessageStoreConfig>;
  readonly pid?: number;
  /** Which boot of the machine it is. */
  readonly boot?: string;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly turn?: EventLoopTurn;
  readonly limits?: { hit(name: string): void };
}

/** A store with small files on any file system. */
export function createTestStore(
  fileSystem: FileSystem,
  options: StoreKitOptions = {},
): MessageStore {
  const config = createMessageStoreConfig({
    storePathRootDir: STORE_FOLDER,
    mappedFileSizeCommitLog: 64 * 1024,
    mappedFileSizeConsumeQueue: 50 * 20,
    maxHashSlotNum: 64,
    maxIndexNum: 400,
    commitLogChunkBytes: 16 * 1024,
    commitLogTailBytes: 32 * 1024,
    ...options.config,
  });
  return new MessageStore(
    config,
    {
      fileSystem,
      clock: options.clock ?? new AdvanceableClock(),
      random: new SeededRandom(1),
      logger: options.logger ?? new SilentLogger(),
      turn: options.turn ?? new EventLoopTurn(),
      limits: options.limits,
    },
    new LoneProcess(options.pid ?? 1, options.boot ?? 'boot'),
  );
}

export async function openTestStore(
  fileSystem: FileSystem,
  options: StoreKitOptions = {},
): Promise<MessageStore> {
  const store = createTestStore(fileSystem, options);
  await store.load();
  store.start();
  return store;
}

export function encodeTestProperties(properties: Readonly<Record<string, string>>): Buffer {
  const text = Object.entries(properties).map(([name, value]) => `${name}\u0001${value}\u0002`);
  return Buffer.from(text.join(''), 'utf8');
}

export function createTestMessage(
  topic: string,
  queueId: number,
  body: string | Buffer,
  properties: Readonly<Record<string, string>> = {},
): MessageExtBrokerInner {
  return {
    topic,
    queueId,
    flag: 0,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000,
    bornHost: BORN_HOST,
    storeHost: STORE_HOST,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: typeof body === 'string' ? Buffer.from(body) : body,
    propertiesText: encodeTestProperties(properties),
  };
}

/** A client batch (layout 3) of bodies with properties. */
export function createTestBatch(
  topic: string,
  queueId: number,
  items: readonly { body: string; properties?: Readonly<Record<string, string>> }[],
): MessageExtBatch {
  const encoded = items.map(({ body, properties }) => {
    const text = encodeTestProperties(properties ?? {});
    const bodyBytes = Buffer.from(body);
    const item = Buffer.alloc(22 + bodyBytes.length + text.length);
    item.writeInt32BE(item.length, 0);
    item.writeInt32BE(bodyBytes.length, 16);
    bodyBytes.copy(item, 20);
    item.writeInt16BE(text.length, 20 + bodyBytes.length);
    text.copy(item, 22 + bodyBytes.length);
    return item;
  });
  return {
    topic,
    queueId,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000,
    bornHost: BORN_HOST,
    storeHost: STORE_HOST,
    reconsumeTimes: 0,
    body: Buffer.concat(encoded),
  };
}

export function pull(
  store: MessageStore,
  topic: string,
  queueId: number,
  offset: number,
  more: Partial<GetMessageRequest> = {},
): Promise<GetMessageResult> {
  const request = { group: 'g', topic, queueId, offset, maxMsgNums: 32, ...more };
  return Promise.resolve(store.getMessage(request));
}
