import type { Logger } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { IndexService } from '../index-file/index-service';
import type { PendingIndexKeys } from '../put/pending-index-keys';
import type { PendingPut } from '../put/pending-put';
import type { ConsumeQueueStore } from '../queue/consume-queue-store';
import type { CommitLogDispatcher } from './commit-log-dispatcher';
import type { DispatchRequest } from './dispatch-request';
import type { MessageArrivingListener } from './message-arriving-listener';

/** The one request object that is filled for record after record. */
export class ReusedDispatchRequest implements DispatchRequest {
  topic = '';
  queueId = 0;
  queueOffset = 0;
  physicalOffset = 0;
  buffer: Buffer = Buffer.alloc(0);
  position = 0;
  sizeBytes = 0;
  tagsCode = 0;
  storeTimestamp = 0;
  sysFlag = 0;
  preparedTransactionOffset = 0;
}

/** Makes stored records visible: consume queue, index, other dispatchers; then tells who waits. */
export class RecordDispatcher {
  readonly dispatchers: CommitLogDispatcher[] = [];
  listener: MessageArrivingListener | undefined;
  /** Everything below is visible. */
  dispatchedOffset = 0;
  /** Store time of the newest visible record. */
  lastStoreTimestamp = 0;
  private readonly request = new ReusedDispatchRequest();
  private indexTimestamp = 0;
  private readonly putIndexItem = (hash: number, physicalOffset: number): void =>
    this.index.put(hash, physicalOffset, this.indexTimestamp);

  constructor(
    private readonly queues: ConsumeQueueStore,
    private readonly index: IndexService,
    private readonly indexKeys: PendingIndexKeys,
    private readonly logger: Logger,
  ) {}

  dispatch(put: PendingPut): void {
    if (put.queue && !put.queue.isDeleted) {
      put.queue.commit(put.queueOffset + put.messageCount);
      this.queues.markDirty(put.queue);
    }
    if (put.indexItems > 0) {
      this.indexTimestamp = put.storeTimestamp;
      this.index.beginRecord(put.indexItems);
      this.indexKeys.shift(put.indexItems, this.putIndexItem);
      this.index.flushIfMany();
    }
    this.dispatchedOffset = put.endOffset;
    this.lastStoreTimestamp = put.storeTimestamp;
    if (this.dispatchers.length === 0) return;
    for (let index = 0; index < put.messageCount; index++) {
      const request = this.fill(put, index);
      for (const dispatcher of this.dispatchers) dispatcher.dispatch(request);
    }
  }

  /** A listener that throws is a bug of its own; it must not cost other senders their answer. */
  arrive(put: PendingPut): void {
    const { listener } = this;
    if (!listener || !put.queue || put.queue.isDeleted) return;
    try {
      for (let index = 0; index < put.messageCount; index++) {
        const request = this.fill(put, index);
        listener.arriving(
          put.topic,
          put.queueId,
          request.queueOffset + 1,
          request.tagsCode,
          put.storeTimestamp,
          request,
        );
      }
    } catch (error) {
      this.logger.error('message arriving listener failed', { cause: errorMessageOf(error) });
    }
  }

  private fill(put: PendingPut, index: number): DispatchRequest {
    const { request } = this;
    const physicalOffset = put.physicalOffsets?.[index] ?? put.physicalOffset;
    const nextOffset = put.physicalOffsets?.[index + 1] ?? put.endOffset;
    request.topic = put.topic;
    request.queueId = put.queueId;
    request.queueOffset = put.queueOffset + index;
    request.physicalOffset = physicalOffset;
    request.buffer = put.buffer;
    request.position = put.position + (physicalOffset - put.physicalOffset);
    request.sizeBytes = nextOffset - physicalOffset;
    request.tagsCode = put.tagsCodes?.[index] ?? put.tagsCode;
    request.storeTimestamp = put.storeTimestamp;
    request.sysFlag = put.sysFlag;
    request.preparedTransactionOffset = put.preparedTransactionOffset;
    return request;
  }
}
