import type { Logger } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import { PropertyScanner } from '../commitlog/property-scanner';
import type { RecordParser } from '../commitlog/record-parser';
import type { CommitLogDispatcher } from '../dispatch/commit-log-dispatcher';
import { ReusedDispatchRequest } from '../dispatch/record-dispatcher';
import type { IndexService } from '../index-file/index-service';
import type { DelayLevelTable } from '../put/delay-level-table';
import { hasQueueUnit, pushIndexHashes, tagsCodeOf } from '../put/record-keys';
import { FILLER_SIZE } from '../queue/consume-queue-unit';
import type { ConsumeQueue } from '../queue/consume-queue';
import type { ConsumeQueueStore } from '../queue/consume-queue-store';
import type { MinOffsetCorrector } from '../queue/min-offset-corrector';
import type { TopicQueues } from '../queue/topic-queues';

/** Largest hole in a queue that is filled; a larger one means that the offset itself is damaged. */
const MAX_GAP_UNITS = 1_000_000;

export interface RedispatchRange {
  readonly queuesFrom: number;
  readonly indexFrom: number;
  /** The whole log is read, so a hole in a queue is no sign of lost units. */
  readonly isRebuild: boolean;
}

/** Makes consume queue units and index entries of records again, as often as it takes. */
export class RecordRedispatcher {
  /** A queue misses units of records before the start: only reading the whole log helps. */
  hasLostUnits = false;
  lastStoreTimestamp = 0;
  private readonly properties = new PropertyScanner();
  private readonly request = new ReusedDispatchRequest();
  private readonly topics = new Map<string, TopicQueues | undefined>();
  private readonly hashes: number[] = [];
  private hasQuarantine = false;

  constructor(
    private readonly queues: ConsumeQueueStore,
    private readonly minOffsets: MinOffsetCorrector,
    private readonly index: IndexService,
    private readonly isIndexEnabled: boolean,
    private readonly levels: DelayLevelTable,
    private readonly dispatchers: readonly CommitLogDispatcher[],
    private readonly range: RedispatchRange,
    private readonly logger: Logger,
  ) {}

  quarantined(): void {
    this.hasQuarantine = true;
  }

  record(buffer: Buffer, position: number, parser: RecordParser, isIntact: boolean): void {
    const topicQueues = this.topicOf(buffer, parser);
    if (!topicQueues) return;
    const { physicalOffset, storeTimestamp, sysFlag } = parser;
    this.lastStoreTimestamp = storeTimestamp;
    this.properties.scan(buffer, parser.propertiesStart, parser.propertiesEnd);
    const tagsCode = tagsCodeOf(topicQueues, this.properties, storeTimestamp, this.levels);
    if (physicalOffset >= this.range.queuesFrom && hasQueueUnit(sysFlag)) {
      this.addUnit(topicQueues, parser, tagsCode);
    }
    if (isIntact && physicalOffset >= this.range.indexFrom) {
      this.addIndexItems(topicQueues, buffer, parser);
    }
    if (isIntact && physicalOffset >= this.range.queuesFrom) {
      this.tellDispatchers(topicQueues, buffer, position, parser, tagsCode);
    }
  }

  private topicOf(buffer: Buffer, parser: RecordParser): TopicQueues | undefined {
    const name = buffer.toString('latin1', parser.topicStart, parser.topicEnd);
    if (this.topics.has(name)) return this.topics.get(name);
    let topicQueues: TopicQueues | undefined;
    try {
      topicQueues = this.queues.topicOf(
        buffer.toString('utf8', parser.topicStart, parser.topicEnd),
      );
    } catch (error) {
      this.logger.error('record with an impossible topic left out', {
        physicalOffset: parser.physicalOffset,
        cause: errorMessageOf(error),
      });
    }
    this.topics.set(name, topicQueues);
    return topicQueues;
  }

  private addUnit(topicQueues: TopicQueues, parser: RecordParser, tagsCode: number): void {
    const { queueOffset, physicalOffset, sizeBytes } = parser;
    const queue = this.queues.queueOf(topicQueues, parser.queueId);
    if (queueOffset < queue.maxOffset && !this.startsAnew(queue, parser)) return;
    if (queueOffset > queue.maxOffset && !this.bridgeGap(queue, parser)) return;
    queue.append(physicalOffset, sizeBytes, tagsCode);
    queue.commit(queueOffset + 1);
    this.queues.markDirty(queue);
  }

  /**
   * An offset that the queue already has: either the unit is there (nothing to do), or the topic was
   * deleted and made again, and the queue began anew.
   */
  private startsAnew(queue: ConsumeQueue, parser: RecordParser): boolean {
    const known = this.minOffsets.unit(queue, parser.queueOffset);
    if (known?.physicalOffset === parser.physicalOffset) return false;
    const newest = this.minOffsets.unit(queue, queue.maxOffset - 1);
    if (newest && newest.physicalOffset >= parser.physicalOffset) return false;
    this.queues.resetQueue(queue, parser.queueOffset);
    return true;
  }

  /** Whether the unit can be added behind a hole. */
  private bridgeGap(queue: ConsumeQueue, parser: RecordParser): boolean {
    const { queueOffset, physicalOffset } = parser;
    if (queue.maxOffset === queue.minOffset) {
      this.queues.resetQueue(queue, queueOffset);
      return true;
    }
    if (!this.range.isRebuild && !this.hasQuarantine) {
      this.hasLostUnits = true;
      return false;
    }
    const gap = queueOffset - queue.maxOffset;
    this.logger.error('messages of a queue are missing in the commit log', {
      topic: queue.topic,
      queueId: queue.queueId,
      from: queue.maxOffset,
      to: queueOffset,
    });
    if (gap > MAX_GAP_UNITS) return false;
    while (queue.nextOffset < queueOffset) queue.append(physicalOffset, FILLER_SIZE, 0);
    queue.commit(queueOffset);
    return true;
  }

  private addIndexItems(topicQueues: TopicQueues, buffer: Buffer, parser: RecordParser): void {
    const { physicalOffset, storeTimestamp, sysFlag } = parser;
    if (!this.isIndexEnabled || physicalOffset <= this.index.endOffset) return;
    this.hashes.length = 0;
    const items = pushIndexHashes(topicQueues, this.properties, buffer, sysFlag, this.hashes);
    if (items === 0) return;
    this.index.beginRecord(items);
    for (const hash of this.hashes) this.index.put(hash, physicalOffset, storeTimestamp);
  }

  private tellDispatchers(
    topicQueues: TopicQueues,
    buffer: Buffer,
    position: number,
    parser: RecordParser,
    tagsCode: number,
  ): void {
    if (this.dispatchers.length === 0) return;
    const { request } = this;
    request.topic = topicQueues.topic;
    request.queueId = parser.queueId;
    request.queueOffset = parser.queueOffset;
    request.physicalOffset = parser.physicalOffset;
    request.buffer = buffer;
    request.position = position;
    request.sizeBytes = parser.sizeBytes;
    request.tagsCode = tagsCode;
    request.storeTimestamp = parser.storeTimestamp;
    request.sysFlag = parser.sysFlag;
    request.preparedTransactionOffset = parser.preparedTransactionOffset;
    for (const dispatcher of this.dispatchers) dispatcher.dispatch(request);
  }
}
