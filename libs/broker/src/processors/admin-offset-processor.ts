import {
  ConsumeStats,
  GetConsumeStatsRequestHeader,
  GetEarliestMsgStoretimeRequestHeader,
  GetMaxOffsetRequestHeader,
  GetMinOffsetRequestHeader,
  QueryCorrectionOffsetHeader,
  RemotingCommand,
  ResponseCode,
  SearchOffsetRequestHeader,
  decodeHeader,
  encodeBody,
  stringifyJson,
} from '@rocket-nest/remoting';
import type { OffsetWrapper } from '@rocket-nest/remoting';
import type { MessageQueue } from '@rocket-nest/common';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import { textInSlices } from '../background/json-table-file';

const LARGEST_LONG = 2n ** 63n - 1n;

/** Offsets of queues and groups (29, 30, 31, 32, 43, 45, 208, 308). */
export class AdminOffsetProcessor {
  constructor(private readonly broker: BrokerContext) {}

  /** SEARCH_OFFSET_BY_TIMESTAMP (29). */
  readonly searchOffsetByTimestamp: RequestProcessor = async (_connection, request) => {
    const header = decodeHeader(SearchOffsetRequestHeader, request);
    const isUpper = header.boundaryType?.toUpperCase() === 'UPPER';
    const offset = await this.broker.messageStore.offsetInQueueByTime(
      header.topic,
      header.queueId,
      header.timestamp,
      isUpper ? 'upper' : 'lower',
    );
    return answer(request, 'offset', offset);
  };

  /** GET_MAX_OFFSET (30). */
  readonly getMaxOffset: RequestProcessor = (_connection, request) => {
    const { topic, queueId } = decodeHeader(GetMaxOffsetRequestHeader, request);
    return answer(request, 'offset', this.broker.messageStore.maxOffsetInQueue(topic, queueId));
  };

  /** GET_MIN_OFFSET (31). */
  readonly getMinOffset: RequestProcessor = (_connection, request) => {
    const { topic, queueId } = decodeHeader(GetMinOffsetRequestHeader, request);
    return answer(request, 'offset', this.broker.messageStore.minOffsetInQueue(topic, queueId));
  };

  /** GET_EARLIEST_MSG_STORETIME (32): -1 for an empty queue. */
  readonly getEarliestMsgStoretime: RequestProcessor = async (_connection, request) => {
    const { topic, queueId } = decodeHeader(GetEarliestMsgStoretimeRequestHeader, request);
    const timestamp = await this.broker.messageStore.earliestMessageTime(topic, queueId);
    return answer(request, 'timestamp', timestamp);
  };

  /** GET_ALL_CONSUMER_OFFSET (43). */
  readonly getAllConsumerOffset: RequestProcessor = (_connection, request) =>
    this.answerTable(request, this.broker.consumerOffsetManager.jsonChunks(false));

  /** GET_ALL_DELAY_OFFSET (45). */
  readonly getAllDelayOffset: RequestProcessor = (_connection, request) =>
    this.answerTable(request, this.broker.scheduleMessageService.jsonChunks(false));

  /** GET_CONSUME_STATS (208): how far a group is, in one topic or in all it ever consumed. */
  readonly getConsumeStats: RequestProcessor = async (_connection, request) => {
    const header = decodeHeader(GetConsumeStatsRequestHeader, request);
    const group = header.consumerGroup;
    const { consumerOffsetManager, brokerStats } = this.broker;
    const topics = new Set((header.topicList ?? '').split(';').filter((topic) => topic !== ''));
    if (header.topic) topics.add(header.topic);
    const wanted =
      topics.size > 0 ? [...topics] : consumerOffsetManager.whichTopicByConsumer(group);
    const offsetTable: [MessageQueue, OffsetWrapper][] = [];
    let consumeTps = 0;
    for (const topic of wanted) {
      if (!this.isConsumed(topic, group)) continue;
      await this.addQueues(topic, group, offsetTable);
      consumeTps += brokerStats.groupGetTps(topic, group);
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(ConsumeStats, { consumeTps, offsetTable });
    return response;
  };

  /**
   * QUERY_CORRECTION_OFFSET (308): in each queue the lowest offset that any group but some stored;
   * the largest long where the group to be compared is behind it.
   */
  readonly queryCorrectionOffset: RequestProcessor = (_connection, request) => {
    const header = decodeHeader(QueryCorrectionOffsetHeader, request);
    const { topic, compareGroup, filterGroups = '' } = header;
    const { consumerOffsetManager, messageStore } = this.broker;
    const left = new Set(filterGroups.split(','));
    const correctionOffsets = new Map<number, number | bigint>();
    for (const group of consumerOffsetManager.whichGroupByTopic(topic)) {
      if (left.has(group)) continue;
      for (const [queueId, offset] of consumerOffsetManager.queryOffsets(group, topic) ?? []) {
        const isExpired = offset < messageStore.minOffsetInQueue(topic, queueId);
        const known = correctionOffsets.get(queueId);
        if (!isExpired && (known === undefined || offset < known)) {
          correctionOffsets.set(queueId, offset);
        }
      }
    }
    const compared = consumerOffsetManager.queryOffsets(compareGroup, topic);
    for (const [queueId, offset] of compared ?? []) {
      const lowest = correctionOffsets.get(queueId);
      if (lowest !== undefined && lowest > offset) correctionOffsets.set(queueId, LARGEST_LONG);
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = Buffer.from(stringifyJson({ correctionOffsets }));
    return response;
  };

  /** False for unknown topics, and for those that the living members no longer subscribe to. */
  private isConsumed(topic: string, group: string): boolean {
    if (!this.broker.topicConfigManager.selectTopicConfig(topic)) return false;
    const info = this.broker.consumerManager.getConsumerGroupInfo(group);
    const subscribesToAny = (info?.subscriptionTable.size ?? 0) > 0;
    return !subscribesToAny || info?.findSubscriptionData(topic) !== undefined;
  }

  private async addQueues(
    topic: string,
    group: string,
    table: [MessageQueue, OffsetWrapper][],
  ): Promise<void> {
    const { messageStore, consumerOffsetManager, topicConfigManager, config } = this.broker;
    const { brokerName } = config.broker;
    const queueNums = topicConfigManager.selectTopicConfig(topic)?.readQueueNums ?? 0;
    for (let queueId = 0; queueId < queueNums; queueId++) {
      const brokerOffset = messageStore.maxOffsetInQueue(topic, queueId);
      const consumerOffset = consumerOffsetManager.queryOffset(group, topic, queueId) ?? 0;
      const pulled = consumerOffsetManager.queryPullOffset(group, topic, queueId) ?? 0;
      const lastTimestamp =
        consumerOffset > 0
          ? await messageStore.messageStoreTimestamp(topic, queueId, consumerOffset - 1)
          : 0;
      table.push([
        { brokerName, queueId, topic },
        {
          brokerOffset,
          consumerOffset,
          lastTimestamp: Math.max(0, lastTimestamp),
          pullOffset: Math.max(consumerOffset, pulled),
        },
      ]);
    }
  }

  private async answerTable(
    request: RemotingCommand,
    chunks: Iterator<string>,
  ): Promise<RemotingCommand> {
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = await textInSlices(this.broker.clock, chunks);
    return response;
  }
}

function answer(request: RemotingCommand, field: string, value: number): RemotingCommand {
  const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  response.extFields.set(field, String(value));
  return response;
}
