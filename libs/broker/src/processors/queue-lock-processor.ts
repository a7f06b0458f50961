import {
  LockBatchRequestBody,
  LockBatchResponseBody,
  RemotingCommand,
  ResponseCode,
  UnlockBatchRequestBody,
  decodeBody,
  encodeBody,
} from '@rocket-nest/remoting';
import type { BrokerContext, RequestProcessor } from '../broker-context';

/** Locks of queues for consumption in order (41, 42). */
export class QueueLockProcessor {
  constructor(private readonly broker: BrokerContext) {}

  /** LOCK_BATCH_MQ (41): answers the queues that are now the client's. */
  readonly lockBatchMQ: RequestProcessor = (_connection, request) => {
    const body = decodeBody(LockBatchRequestBody, request.body);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(LockBatchResponseBody, {
      lockOKMQSet: this.broker.rebalanceLockManager.tryLockBatch(
        body.consumerGroup,
        body.mqSet,
        body.clientId,
      ),
    });
    return response;
  };

  /** UNLOCK_BATCH_MQ (42). */
  readonly unlockBatchMQ: RequestProcessor = (_connection, request) => {
    const body = decodeBody(UnlockBatchRequestBody, request.body);
    this.broker.rebalanceLockManager.unlockBatch(body.consumerGroup, body.mqSet, body.clientId);
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  };
}
