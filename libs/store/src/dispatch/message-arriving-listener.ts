import type { DispatchRequest } from './dispatch-request';

/** Told of every message that a consumer can now read; wakes held pulls. */
export interface MessageArrivingListener {
  /** `maxOffset` is the queue's max offset with this message, so the message is at `maxOffset - 1`. */
  arriving(
    topic: string,
    queueId: number,
    maxOffset: number,
    tagsCode: number,
    storeTimestamp: number,
    request: DispatchRequest,
  ): void;
}
