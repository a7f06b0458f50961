import type { MessageQueue } from '@rocket-nest/common';
import {
  ConsumerSendMsgBackRequestHeader,
  decodeBody,
  decodeHeader,
  encodeBody,
  encodeHeader,
  GetConsumerListByGroupRequestHeader,
  GetConsumerListByGroupResponseBody,
  LockBatchRequestBody,
  LockBatchResponseBody,
  QueryConsumerOffsetRequestHeader,
  QueryConsumerOffsetResponseHeader,
  RequestCode,
  ResponseCode,
  UnlockBatchRequestBody,
  UpdateConsumerOffsetRequestHeader,
  type HeaderInit,
} from '@rocket-nest/remoting';
import { responseError, type RpcClient } from '../transport/rpc-client';

/** A consumer's requests to brokers, besides pulling. */
export class ConsumerApi {
  constructor(
    private readonly rpc: RpcClient,
    private readonly timeoutMs: number,
  ) {}

  /** Client ids of the group's live members; empty when the broker knows none. */
  async consumerIds(address: string, consumerGroup: string): Promise<readonly string[]> {
    const response = await this.rpc.call(address, `list the members of ${consumerGroup}`, {
      code: RequestCode.GET_CONSUMER_LIST_BY_GROUP,
      header: encodeHeader(GetConsumerListByGroupRequestHeader, { consumerGroup }),
      timeoutMs: this.timeoutMs,
    });
    return decodeBody(GetConsumerListByGroupResponseBody, response.body).consumerIdList ?? [];
  }

  /** The group's stored offset of the queue, undefined when none is stored. */
  async queryOffset(
    address: string,
    consumerGroup: string,
    { topic, brokerName, queueId }: MessageQueue,
  ): Promise<number | undefined> {
    const response = await this.rpc.invoke(address, {
      code: RequestCode.QUERY_CONSUMER_OFFSET,
      header: encodeHeader(QueryConsumerOffsetRequestHeader, {
        consumerGroup,
        topic,
        queueId,
        bname: brokerName,
      }),
      timeoutMs: this.timeoutMs,
    });
    if (response.code === ResponseCode.QUERY_NOT_FOUND) return undefined;
    if (response.code !== ResponseCode.SUCCESS) {
      throw responseError(address, `read the offset of ${consumerGroup} on ${topic}`, response);
    }
    return decodeHeader(QueryConsumerOffsetResponseHeader, response).offset;
  }

  async updateOffset(
    address: string,
    consumerGroup: string,
    { topic, brokerName, queueId }: MessageQueue,
    commitOffset: number,
  ): Promise<void> {
    await this.rpc.call(address, `store the offset of ${consumerGroup} on ${topic}`, {
      code: RequestCode.UPDATE_CONSUMER_OFFSET,
      header: encodeHeader(UpdateConsumerOffsetRequestHeader, {
        consumerGroup,
        topic,
        queueId,
        commitOffset,
        bname: brokerName,
      }),
      timeoutMs: this.timeoutMs,
    });
  }

  async sendMessageBack(
    address: string,
    header: HeaderInit<typeof ConsumerSendMsgBackRequestHeader>,
  ): Promise<void> {
    await this.rpc.call(address, `send message ${header.originMsgId} back`, {
      code: RequestCode.CONSUMER_SEND_MSG_BACK,
      header: encodeHeader(ConsumerSendMsgBackRequestHeader, header),
      timeoutMs: this.timeoutMs,
    });
  }

  /** Asks for the queues' locks and returns the queues that this client holds now. */
  async lockQueues(
    address: string,
    consumerGroup: string,
    clientId: string,
    mqSet: readonly MessageQueue[],
  ): Promise<readonly MessageQueue[]> {
    const response = await this.rpc.call(address, `lock queues for ${consumerGroup}`, {
      code: RequestCode.LOCK_BATCH_MQ,
      body: encodeBody(LockBatchRequestBody, { consumerGroup, clientId, mqSet: [...mqSet] }),
      timeoutMs: this.timeoutMs,
    });
    return decodeBody(LockBatchResponseBody, response.body).lockOKMQSet;
  }

  async unlockQueues(
    address: string,
    consumerGroup: string,
    clientId: string,
    mqSet: readonly MessageQueue[],
  ): Promise<void> {
    await this.rpc.call(address, `unlock queues of ${consumerGroup}`, {
      code: RequestCode.UNLOCK_BATCH_MQ,
      body: encodeBody(UnlockBatchRequestBody, { consumerGroup, clientId, mqSet: [...mqSet] }),
      timeoutMs: this.timeoutMs,
    });
  }
}
