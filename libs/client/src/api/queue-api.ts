import type { MessageQueue } from '@rocket-nest/common';
import {
  decodeHeader,
  encodeHeader,
  GetMaxOffsetRequestHeader,
  GetMaxOffsetResponseHeader,
  GetMinOffsetRequestHeader,
  GetMinOffsetResponseHeader,
  RequestCode,
  SearchOffsetRequestHeader,
  SearchOffsetResponseHeader,
} from '@rocket-nest/remoting';
import type { RpcClient } from '../transport/rpc-client';

/** Which message of several with one time `searchOffset` finds. */
export type BoundaryType = 'LOWER' | 'UPPER';

/** Asks brokers where their queues begin and end. */
export class QueueApi {
  constructor(
    private readonly rpc: RpcClient,
    private readonly timeoutMs: number,
  ) {}

  /** The offset that the next message stored in the queue gets. */
  async maxOffset(address: string, queue: MessageQueue): Promise<number> {
    const { topic, queueId, brokerName } = queue;
    const response = await this.rpc.call(address, `read the max offset of ${topic}`, {
      code: RequestCode.GET_MAX_OFFSET,
      header: encodeHeader(GetMaxOffsetRequestHeader, { topic, queueId, bname: brokerName }),
      timeoutMs: this.timeoutMs,
    });
    return decodeHeader(GetMaxOffsetResponseHeader, response).offset;
  }

  /** The offset of the oldest message that the queue still has. */
  async minOffset(address: string, queue: MessageQueue): Promise<number> {
    const { topic, queueId, brokerName } = queue;
    const response = await this.rpc.call(address, `read the min offset of ${topic}`, {
      code: RequestCode.GET_MIN_OFFSET,
      header: encodeHeader(GetMinOffsetRequestHeader, { topic, queueId, bname: brokerName }),
      timeoutMs: this.timeoutMs,
    });
    return decodeHeader(GetMinOffsetResponseHeader, response).offset;
  }

  /** The offset of the first message stored at `timestamp` (ms since the epoch) or later. */
  async searchOffset(
    address: string,
    queue: MessageQueue,
    timestamp: number,
    boundaryType: BoundaryType = 'LOWER',
  ): Promise<number> {
    const { topic, queueId, brokerName } = queue;
    const response = await this.rpc.call(address, `search an offset of ${topic} by time`, {
      code: RequestCode.SEARCH_OFFSET_BY_TIMESTAMP,
      header: encodeHeader(SearchOffsetRequestHeader, {
        topic,
        queueId,
        timestamp,
        boundaryType,
        bname: brokerName,
      }),
      timeoutMs: this.timeoutMs,
    });
    return decodeHeader(SearchOffsetResponseHeader, response).offset;
  }
}
