import type { MessageExt, TopicConfig } from '@rocket-nest/common';
import { decodeMessages } from '@rocket-nest/common';
import {
  CreateTopicRequestHeader,
  decodeBody,
  DeleteTopicRequestHeader,
  encodeHeader,
  GetTopicStatsInfoRequestHeader,
  QueryMessageRequestHeader,
  RequestCode,
  ResponseCode,
  TopicStatsTable,
  ViewMessageRequestHeader,
} from '@rocket-nest/remoting';
import { ClientError } from '../errors/client-error';
import { responseError, type RpcClient } from '../transport/rpc-client';

/** What to look for with `queryMessages`. */
export interface MessageQuery {
  readonly topic: string;
  readonly key: string;
  /** Default 32. */
  readonly maxNum?: number;
  /** Milliseconds since the epoch. Default 0. */
  readonly beginTimestampMs?: number;
  /** Default: no end. */
  readonly endTimestampMs?: number;
  /** KEYS (K), unique key (U) or tag (T). Default K. */
  readonly indexType?: 'K' | 'U' | 'T';
}

/** Topic administration and message look-ups at one broker. */
export class AdminApi {
  constructor(
    private readonly rpc: RpcClient,
    private readonly timeoutMs: number,
  ) {}

  async createTopic(address: string, config: TopicConfig, defaultTopic: string): Promise<void> {
    await this.rpc.call(address, `create topic ${config.topicName}`, {
      code: RequestCode.UPDATE_AND_CREATE_TOPIC,
      header: encodeHeader(CreateTopicRequestHeader, {
        topic: config.topicName,
        defaultTopic,
        readQueueNums: config.readQueueNums,
        writeQueueNums: config.writeQueueNums,
        perm: config.perm,
        topicFilterType: config.topicFilterType,
        topicSysFlag: config.topicSysFlag,
        order: config.order,
        attributes: [...config.attributes].map(([name, value]) => `+${name}=${value}`).join(','),
      }),
      timeoutMs: this.timeoutMs,
    });
  }

  async deleteTopic(address: string, topic: string): Promise<void> {
    await this.rpc.call(address, `delete topic ${topic}`, {
      code: RequestCode.DELETE_TOPIC_IN_BROKER,
      header: encodeHeader(DeleteTopicRequestHeader, { topic }),
      timeoutMs: this.timeoutMs,
    });
  }

  /** Where the queues of a topic begin and end at this broker. */
  async topicStats(address: string, topic: string): Promise<TopicStatsTable> {
    const response = await this.rpc.call(address, `read the queues of ${topic}`, {
      code: RequestCode.GET_TOPIC_STATS_INFO,
      header: encodeHeader(GetTopicStatsInfoRequestHeader, { topic }),
      timeoutMs: this.timeoutMs,
    });
    return decodeBody(TopicStatsTable, response.body);
  }

  /** The record at a position of the broker's commit log. */
  async viewMessage(address: string, topic: string, offset: number): Promise<MessageExt> {
    const response = await this.rpc.call(address, `read the message at ${offset}`, {
      code: RequestCode.VIEW_MESSAGE_BY_ID,
      header: encodeHeader(ViewMessageRequestHeader, { topic, offset }),
      timeoutMs: this.timeoutMs,
    });
    const [message] = decodeMessages(response.body ?? Buffer.alloc(0));
    if (!message) throw new ClientError('BAD_RESPONSE', `${address} answered without a message`);
    return message;
  }

  /** Messages that the broker's index finds; its keys are hashes, so the caller compares. */
  async queryMessages(address: string, query: MessageQuery): Promise<MessageExt[]> {
    const { topic, key, maxNum = 32, beginTimestampMs = 0, indexType = 'K' } = query;
    const header = encodeHeader(QueryMessageRequestHeader, {
      topic,
      key,
      maxNum,
      beginTimestamp: beginTimestampMs,
      endTimestamp: query.endTimestampMs ?? Number.MAX_SAFE_INTEGER,
      indexType,
    });
    header.set('_UNIQUE_KEY_QUERY', String(indexType === 'U'));
    const response = await this.rpc.invoke(address, {
      code: RequestCode.QUERY_MESSAGE,
      header,
      timeoutMs: this.timeoutMs,
    });
    if (response.code === ResponseCode.QUERY_NOT_FOUND) return [];
    if (response.code !== ResponseCode.SUCCESS) {
      throw responseError(address, `query messages of ${topic} by key`, response);
    }
    return response.body ? decodeMessages(response.body) : [];
  }
}
