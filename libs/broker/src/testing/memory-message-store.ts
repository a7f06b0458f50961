import { decodeProperties, encodeMessageRecord } from '@rocket-nest/common';
import type { Clock } from '@rocket-nest/common';
import { realSetImmediate } from '@rocket-nest/common/internal';
import { GetMessageStatus, PutMessageStatus } from '@rocket-nest/store';
import type {
  CommitLogDispatcher,
  DispatchRequest,
  GetMessageRequest,
  GetMessageResult,
  MessageExtBrokerInner,
  PutMessageCallback,
  PutMessageResult,
} from '@rocket-nest/store';

interface Stored {
  readonly record: Buffer;
  readonly message: MessageExtBrokerInner;
  readonly storeTimestamp: number;
}

/** The part of a message store that delivery needs, in memory, with puts that can be made to fail. */
export class MemoryMessageStore {
  /** Decides what becomes of a put; `undefined` never answers it. */
  statusOf: (message: MessageExtBrokerInner) => PutMessageStatus | undefined = () =>
    PutMessageStatus.PUT_OK;
  everythingIsInDisk = false;
  private readonly byPosition = new Map<number, Buffer>();
  private readonly queues = new Map<string, Stored[]>();
  private readonly dispatchers: CommitLogDispatcher[] = [];
  private physicalOffset = 0;

  constructor(private readonly clock: Clock) {}

  addDispatcher(dispatcher: CommitLogDispatcher): void {
    this.dispatchers.push(dispatcher);
  }

  putMessage(message: MessageExtBrokerInner, callback: PutMessageCallback): void {
    const status = this.statusOf(message);
    if (status === undefined) return;
    const kept = { ...message, propertiesText: Buffer.from(message.propertiesText) };
    realSetImmediate(() => {
      const isStored = status === PutMessageStatus.PUT_OK;
      const queueOffset = isStored ? this.store(kept) : 0;
      const storeTimestamp = this.clock.wallNow();
      const result = { status, queueOffset, physicalOffset: 0, messageCount: 1, sizeBytes: 0 };
      callback.onPut({ ...result, storeTimestamp });
    });
  }

  putMessageAsync(message: MessageExtBrokerInner): Promise<PutMessageResult> {
    return new Promise((resolve) => this.putMessage(message, { onPut: resolve }));
  }

  lookMessageByOffset(physicalOffset: number): Promise<Buffer | undefined> {
    return Promise.resolve(this.byPosition.get(physicalOffset));
  }

  messageStoreTimestamp(topic: string, queueId: number, offset: number): Promise<number> {
    return Promise.resolve(this.queueOf(topic, queueId)[offset]?.storeTimestamp ?? -1);
  }

  earliestMessageTime(): Promise<number> {
    return Promise.resolve(-1);
  }

  isInDisk(): boolean {
    return this.everythingIsInDisk;
  }

  deleteTopics(topics: ReadonlySet<string>): number {
    for (const key of this.queues.keys()) {
      if (topics.has(key.slice(0, key.lastIndexOf('/')))) this.queues.delete(key);
    }
    return topics.size;
  }

  runtimeInfo(): Map<string, string> {
    return new Map([['commitLogMaxOffset', String(this.physicalOffset)]]);
  }

  /** Stores at once. */
  store(message: MessageExtBrokerInner): number {
    const queue = this.queueOf(message.topic, message.queueId);
    const storeTimestamp = this.clock.wallNow();
    const queueOffset = queue.length;
    const record = encodeMessageRecord({
      topic: message.topic,
      queueId: message.queueId,
      flag: message.flag,
      sysFlag: message.sysFlag,
      queueOffset,
      commitLogOffset: this.physicalOffset,
      bornTimestamp: message.bornTimestamp,
      storeTimestamp,
      reconsumeTimes: message.reconsumeTimes,
      properties: decodeProperties(message.propertiesText),
      body: Buffer.from(message.body),
    });
    this.byPosition.set(this.physicalOffset, record);
    queue.push({ record, message, storeTimestamp });
    this.physicalOffset += record.length;
    this.dispatch(message, queueOffset, record, storeTimestamp);
    return queueOffset;
  }

  getMessage(request: GetMessageRequest): GetMessageResult {
    const queue = this.queueOf(request.topic, request.queueId);
    const found = queue.slice(request.offset, request.offset + request.maxMsgNums);
    const base = {
      minOffset: 0,
      maxOffset: queue.length,
      parts: found.map((stored) => stored.record),
      messageCount: found.length,
      bufferTotalBytes: 0,
      messageQueueOffsets: found.map((_stored, index) => request.offset + index),
      suggestPullingFromSlave: false,
      diskFallBehindBytes: 0,
      nextBeginOffset: request.offset + found.length,
    };
    if (found.length > 0) return { ...base, status: GetMessageStatus.FOUND };
    if (queue.length === 0) return { ...base, status: GetMessageStatus.NO_MESSAGE_IN_QUEUE };
    return { ...base, status: GetMessageStatus.OFFSET_OVERFLOW_ONE };
  }

  minOffsetInQueue(): number {
    return 0;
  }

  maxOffsetInQueue(topic: string, queueId: number): number {
    return this.queueOf(topic, queueId).length;
  }

  /** Bodies of a queue in order. */
  bodiesOf(topic: string, queueId = 0): string[] {
    return this.queueOf(topic, queueId).map((stored) => stored.message.body.toString());
  }

  messagesOf(topic: string, queueId = 0): MessageExtBrokerInner[] {
    return this.queueOf(topic, queueId).map((stored) => stored.message);
  }

  private dispatch(
    message: MessageExtBrokerInner,
    queueOffset: number,
    record: Buffer,
    storeTimestamp: number,
  ): void {
    const request: DispatchRequest = {
      topic: message.topic,
      queueId: message.queueId,
      queueOffset,
      physicalOffset: this.physicalOffset,
      buffer: record,
      position: 0,
      sizeBytes: record.length,
      tagsCode: 0,
      storeTimestamp,
      sysFlag: message.sysFlag,
      preparedTransactionOffset: 0,
    };
    for (const dispatcher of this.dispatchers) dispatcher.dispatch(request);
  }

  private queueOf(topic: string, queueId: number): Stored[] {
    const key = `${topic}/${queueId}`;
    let queue = this.queues.get(key);
    if (!queue) this.queues.set(key, (queue = []));
    return queue;
  }
}
