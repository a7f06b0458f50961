import { strict as assert } from 'node:assert';
import type { Clock } from '@rocket-nest/common';
import { getInt32, getUint16 } from '../bytes/integers';
import type { CommitLog } from '../commitlog/commit-log';
import { PropertyScanner } from '../commitlog/property-scanner';
import {
  encodeBody,
  encodeFixedPart,
  encodeProperties,
  encodeTopic,
  propertiesBytes,
  recordOverheadBytes,
  withHostBits,
} from '../commitlog/record-encoder';
import { MAX_PROPERTIES_BYTES, MAX_V1_TOPIC_BYTES } from '../commitlog/record-layout';
import type { WriteChunk } from '../commitlog/write-chunk';
import type { MessageStoreConfig } from '../config/message-store-config';
import type { ConsumeQueue } from '../queue/consume-queue';
import type { ConsumeQueueStore } from '../queue/consume-queue-store';
import type { TopicQueues } from '../queue/topic-queues';
import type { DelayLevelTable } from './delay-level-table';
import type { MessageExtBatch, MessageExtBrokerInner } from './message-ext-broker-inner';
import type { PendingIndexKeys } from './pending-index-keys';
import { PendingPut } from './pending-put';
import type { PutMessageCallback } from './put-message-result';
import { PutMessageStatus } from './put-message-status';
import { hasQueueUnit, pushIndexHashes, tagsCodeOf } from './record-keys';

/** Bytes of a client batch item without body and properties (layout 3). */
const BATCH_ITEM_FIXED_BYTES = 22;
/** Longest topic of any record. */
const MAX_TOPIC_BYTES = 255 * 4;

/** Why a message cannot be stored as it is. */
export interface Illegal {
  readonly status: PutMessageStatus;
  readonly problem: string;
}

/**
 * Encodes messages straight into the commit log's write buffer, and with them their consume queue
 * units and index hashes. Nothing is visible or written yet.
 */
export class CommitLogAppender {
  private readonly properties = new PropertyScanner();

  constructor(
    private readonly config: MessageStoreConfig,
    private readonly commitLog: CommitLog,
    private readonly queues: ConsumeQueueStore,
    private readonly indexKeys: PendingIndexKeys,
    private readonly levels: DelayLevelTable,
    private readonly clock: Clock,
  ) {}

  append(message: MessageExtBrokerInner, callback: PutMessageCallback): PendingPut | Illegal {
    const { body, propertiesText, extraProperties, queueId } = message;
    const topicQueues = this.queues.topicOf(message.topic);
    const isV2 = topicQueues.topicBytes.length > MAX_V1_TOPIC_BYTES;
    const propertiesLength = propertiesBytes(propertiesText, extraProperties);
    const sysFlag = withHostBits(message.sysFlag, message.bornHost, message.storeHost);
    const sizeBytes =
      recordOverheadBytes(sysFlag, isV2) +
      body.length +
      topicQueues.topicBytes.length +
      propertiesLength;
    const illegal = this.check(topicQueues, queueId, body.length, propertiesLength, sizeBytes);
    if (illegal) return illegal;
    if (propertiesText.includes(0)) return illegalMessage(ZERO_IN_PROPERTIES);

    const storeTimestamp = this.clock.wallNow();
    const queue = hasQueueUnit(sysFlag) ? this.queues.queueOf(topicQueues, queueId) : undefined;
    const queueOffset = queue ? queue.nextOffset : 0;
    const chunk = this.commitLog.reserve(sizeBytes);
    const physicalOffset = this.commitLog.appendOffset;
    const at = chunk.used;
    const { buffer } = chunk;
    let next = encodeFixedPart(
      buffer,
      at,
      sizeBytes,
      isV2,
      message,
      sysFlag,
      message.flag,
      queueOffset,
      physicalOffset,
      storeTimestamp,
      message.preparedTransactionOffset,
      body.length,
    );
    next = encodeBody(buffer, at, next, body, 0, body.length);
    next = encodeTopic(buffer, next, topicQueues.topicBytes, isV2);
    const end = encodeProperties(buffer, next, propertiesText, extraProperties);
    assert(end - at === sizeBytes, 'the record has its announced size');

    this.properties.scan(buffer, next + 2, end);
    const tagsCode = tagsCodeOf(topicQueues, this.properties, storeTimestamp, this.levels);
    queue?.append(physicalOffset, sizeBytes, tagsCode);
    const indexItems = this.pushKeys(topicQueues, buffer, sysFlag, physicalOffset);
    this.commitLog.append(chunk, sizeBytes);
    return new PendingPut(
      message.topic,
      queueId,
      queue,
      queueOffset,
      1,
      physicalOffset,
      sizeBytes,
      buffer,
      at,
      tagsCode,
      storeTimestamp,
      sysFlag,
      message.preparedTransactionOffset,
      indexItems,
      this.properties.waitStoreMsgOk,
      callback,
    );
  }

  /** One record per item, all in one file, with consecutive offsets. */
  appendBatch(batch: MessageExtBatch, callback: PutMessageCallback): PendingPut | Illegal {
    const topicQueues = this.queues.topicOf(batch.topic);
    const sysFlag = withHostBits(batch.sysFlag, batch.bornHost, batch.storeHost);
    const isV2 = topicQueues.topicBytes.length > MAX_V1_TOPIC_BYTES;
    const overhead = recordOverheadBytes(sysFlag, isV2) + topicQueues.topicBytes.length;
    const measured = measureBatch(batch.body, overhead);
    if (typeof measured === 'string') return illegalMessage(measured);
    const { sizeBytes, count } = measured;
    const illegal = this.check(topicQueues, batch.queueId, batch.body.length, 0, sizeBytes);
    if (illegal) return illegal;

    const queue = hasQueueUnit(sysFlag)
      ? this.queues.queueOf(topicQueues, batch.queueId)
      : undefined;
    const chunk = this.commitLog.reserve(sizeBytes);
    const firstAt = chunk.used;
    const storeTimestamp = this.clock.wallNow();
    const queueOffset = queue ? queue.nextOffset : 0;
    const physicalOffset = this.commitLog.appendOffset;
    const offsets: number[] = [];
    const tagsCodes: number[] = [];
    const keysBefore = this.indexKeys.length;
    const items = { batch, topicQueues, queue, sysFlag, isV2, overhead, storeTimestamp };
    this.encodeItems(items, chunk, offsets, tagsCodes);
    assert(this.commitLog.appendOffset - physicalOffset === sizeBytes, 'the batch has its size');
    const pending = new PendingPut(
      batch.topic,
      batch.queueId,
      queue,
      queueOffset,
      count,
      physicalOffset,
      sizeBytes,
      chunk.buffer,
      firstAt,
      tagsCodes[0],
      storeTimestamp,
      sysFlag,
      0,
      this.indexKeys.length - keysBefore,
      this.properties.waitStoreMsgOk,
      callback,
    );
    pending.physicalOffsets = offsets;
    pending.tagsCodes = tagsCodes;
    return pending;
  }

  private encodeItems(
    items: BatchItems,
    chunk: WriteChunk,
    offsets: number[],
    tagsCodes: number[],
  ): void {
    const { batch, topicQueues, queue, sysFlag, isV2, overhead, storeTimestamp } = items;
    const { body } = batch;
    const { buffer } = chunk;
    for (let item = 0; item < body.length; item += getInt32(body, item)) {
      const bodyLength = getInt32(body, item + 16);
      const propertiesAt = item + 20 + bodyLength;
      const propertiesLength = getUint16(body, propertiesAt);
      const sizeBytes = overhead + bodyLength + propertiesLength;
      const at = chunk.used;
      const physicalOffset = this.commitLog.appendOffset;
      let next = encodeFixedPart(
        buffer,
        at,
        sizeBytes,
        isV2,
        batch,
        sysFlag,
        getInt32(body, item + 12),
        queue ? queue.nextOffset : 0,
        physicalOffset,
        storeTimestamp,
        0,
        bodyLength,
      );
      next = encodeBody(buffer, at, next, body, item + 20, bodyLength);
      next = encodeTopic(buffer, next, topicQueues.topicBytes, isV2);
      // Length field and properties lie in the item as they lie in the record.
      body.copy(buffer, next, propertiesAt, propertiesAt + 2 + propertiesLength);
      this.properties.scan(buffer, next + 2, next + 2 + propertiesLength);
      const tagsCode = tagsCodeOf(topicQueues, this.properties, storeTimestamp, this.levels);
      queue?.append(physicalOffset, sizeBytes, tagsCode);
      this.pushKeys(topicQueues, buffer, sysFlag, physicalOffset);
      this.commitLog.append(chunk, sizeBytes);
      offsets.push(physicalOffset);
      tagsCodes.push(tagsCode);
    }
  }

  private pushKeys(
    topicQueues: TopicQueues,
    buffer: Buffer,
    sysFlag: number,
    physicalOffset: number,
  ): number {
    if (!this.config.messageIndexEnable) return 0;
    this.indexKeys.physicalOffset = physicalOffset;
    return pushIndexHashes(topicQueues, this.properties, buffer, sysFlag, this.indexKeys);
  }

  private check(
    topicQueues: TopicQueues,
    queueId: number,
    bodyLength: number,
    propertiesLength: number,
    sizeBytes: number,
  ): Illegal | undefined {
    assert(Number.isInteger(queueId) && queueId >= 0, 'queue id is a whole number from 0');
    const { maxMessageSize, autoMessageVersionOnTopicLen } = this.config;
    if (bodyLength > maxMessageSize) {
      return illegalMessage(`body of ${bodyLength} bytes, maxMessageSize is ${maxMessageSize}`);
    }
    if (propertiesLength > MAX_PROPERTIES_BYTES) {
      const problem = `properties of ${propertiesLength} bytes, at most ${MAX_PROPERTIES_BYTES}`;
      return { status: PutMessageStatus.PROPERTIES_SIZE_EXCEEDED, problem };
    }
    const topicBytes = topicQueues.topicBytes.length;
    const maxTopicBytes = autoMessageVersionOnTopicLen ? MAX_TOPIC_BYTES : MAX_V1_TOPIC_BYTES;
    if (topicBytes > maxTopicBytes) return illegalMessage(`topic of ${topicBytes} bytes`);
    if (this.commitLog.canHold(sizeBytes)) return undefined;
    return illegalMessage(
      `record of ${sizeBytes} bytes does not fit mappedFileSizeCommitLog ${this.config.mappedFileSizeCommitLog}`,
    );
  }
}

/** Recovery tells by zeros that the end of a record was not written, see `RecordParser.hasHole`. */
const ZERO_IN_PROPERTIES = 'properties with a zero byte';

interface BatchItems {
  readonly batch: MessageExtBatch;
  readonly topicQueues: TopicQueues;
  readonly queue: ConsumeQueue | undefined;
  readonly sysFlag: number;
  readonly isV2: boolean;
  readonly overhead: number;
  readonly storeTimestamp: number;
}

/** Adds up the records of a batch; a text tells why the body is none. */
function measureBatch(
  body: Buffer,
  overhead: number,
): { sizeBytes: number; count: number } | string {
  let sizeBytes = 0;
  let count = 0;
  let item = 0;
  while (item < body.length) {
    const left = body.length - item;
    const itemBytes = left < BATCH_ITEM_FIXED_BYTES ? 0 : getInt32(body, item);
    if (itemBytes < BATCH_ITEM_FIXED_BYTES || itemBytes > left) return 'batch item of a bad size';
    const bodyLength = getInt32(body, item + 16);
    if (bodyLength < 0 || bodyLength > itemBytes - BATCH_ITEM_FIXED_BYTES) {
      return 'batch item whose body does not fit';
    }
    const propertiesLength = getUint16(body, item + 20 + bodyLength);
    if (BATCH_ITEM_FIXED_BYTES + bodyLength + propertiesLength !== itemBytes) {
      return 'batch item whose properties do not fit';
    }
    if (propertiesLength > MAX_PROPERTIES_BYTES) return 'batch item with too many properties';
    const propertiesStart = item + itemBytes - propertiesLength;
    const zeroAt = body.indexOf(0, propertiesStart);
    if (zeroAt >= 0 && zeroAt < item + itemBytes) return ZERO_IN_PROPERTIES;
    sizeBytes += overhead + bodyLength + propertiesLength;
    count++;
    item += itemBytes;
  }
  return count === 0 ? 'empty batch' : { sizeBytes, count };
}

function illegalMessage(problem: string): Illegal {
  return { status: PutMessageStatus.MESSAGE_ILLEGAL, problem };
}
