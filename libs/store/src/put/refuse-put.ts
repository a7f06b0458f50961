import type { PutMessageCallback } from './put-message-result';
import type { PutMessageStatus } from './put-message-status';

/** Answers a put that nothing was written for. */
export function refusePut(
  callback: PutMessageCallback,
  status: PutMessageStatus,
  problem: string,
): void {
  callback.onPut({
    status,
    queueOffset: 0,
    physicalOffset: 0,
    messageCount: 0,
    sizeBytes: 0,
    storeTimestamp: 0,
    problem,
  });
}
