import type { MessageQueue } from '@rocket-nest/common';
import {
  BrokerStatsData,
  ConsumeStats,
  ConsumeStatsList,
  GetConsumeStatsInBrokerHeader,
  QueryConsumeTimeSpanBody,
  QueryConsumeTimeSpanRequestHeader,
  RemotingCommand,
  ResponseCode,
  ViewBrokerStatsDataRequestHeader,
  decodeHeader,
  encodeBody,
} from '@rocket-nest/remoting';
import type { OffsetWrapper, QueueTimeSpan } from '@rocket-nest/remoting';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import { formatConsumeTime } from './consume-time';

/** How much flows, and how far consumers are behind (303, 315, 317). */
export class AdminStatsProcessor {
  constructor(private readonly broker: BrokerContext) {}

  /** VIEW_BROKER_STATS_DATA (315): the last minute, hour and day of one figure. */
  readonly viewBrokerStatsData: RequestProcessor = (_connection, request) => {
    const { statsName, statsKey } = decodeHeader(ViewBrokerStatsDataRequestHeader, request);
    const data = this.broker.brokerStats.statsData(statsName, statsKey);
    if (!data) {
      const remark = `The stats <${statsName}> <${statsKey}> not exist`;
      return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, remark);
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(BrokerStatsData, data);
    return response;
  };

  /** QUERY_CONSUME_TIME_SPAN (303): the times of each queue's first, last and consumed message. */
  readonly queryConsumeTimeSpan: RequestProcessor = async (_connection, request) => {
    const { topic, group } = decodeHeader(QueryConsumeTimeSpanRequestHeader, request);
    const config = this.broker.topicConfigManager.selectTopicConfig(topic);
    if (!config) {
      const remark = `topic[${topic}] not exist`;
      return RemotingCommand.createResponse(request, ResponseCode.TOPIC_NOT_EXIST, remark);
    }
    const consumeTimeSpanSet: QueueTimeSpan[] = [];
    for (let queueId = 0; queueId < config.writeQueueNums; queueId++) {
      consumeTimeSpanSet.push(await this.timeSpanOf(topic, queueId, group));
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(QueryConsumeTimeSpanBody, { consumeTimeSpanSet });
    return response;
  };

  /** GET_BROKER_CONSUME_STATS (317): every group in every topic it consumes. */
  readonly getBrokerConsumeStats: RequestProcessor = async (_connection, request) => {
    const { isOrder } = decodeHeader(GetConsumeStatsInBrokerHeader, request);
    const { subscriptionGroupManager, consumerOffsetManager } = this.broker;
    const consumeStatsList: Map<string, ConsumeStats[]>[] = [];
    let totalDiff = 0;
    let totalInflightDiff = 0;
    for (const group of [...subscriptionGroupManager.subscriptionGroupTable.keys()]) {
      const list: ConsumeStats[] = [];
      for (const topic of consumerOffsetManager.whichTopicByConsumer(group)) {
        const stats = await this.consumeStatsOf(topic, group, isOrder);
        if (!stats) continue;
        list.push(stats);
        for (const [, { brokerOffset, consumerOffset, pullOffset }] of stats.offsetTable) {
          totalDiff += brokerOffset - consumerOffset;
          totalInflightDiff += Math.max(0, pullOffset - consumerOffset);
        }
      }
      consumeStatsList.push(new Map([[group, list]]));
    }
    const { brokerAddr } = this.broker;
    const body = { brokerAddr, consumeStatsList, totalDiff, totalInflightDiff };
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(ConsumeStatsList, body);
    return response;
  };

  private async consumeStatsOf(
    topic: string,
    group: string,
    isOrder: boolean,
  ): Promise<ConsumeStats | undefined> {
    const { topicConfigManager, consumerManager, brokerStats } = this.broker;
    const config = topicConfigManager.selectTopicConfig(topic);
    if (!config || (isOrder && !config.order)) return undefined;
    const subscriptions = consumerManager.getConsumerGroupInfo(group)?.subscriptionTable;
    if (subscriptions && subscriptions.size > 0 && !subscriptions.has(topic)) return undefined;
    const offsetTable: [MessageQueue, OffsetWrapper][] = [];
    for (let queueId = 0; queueId < config.writeQueueNums; queueId++) {
      offsetTable.push(await this.offsetsOf(topic, queueId, group));
    }
    return { consumeTps: brokerStats.groupGetTps(topic, group), offsetTable };
  }

  private async offsetsOf(
    topic: string,
    queueId: number,
    group: string,
  ): Promise<[MessageQueue, OffsetWrapper]> {
    const { messageStore, consumerOffsetManager } = this.broker;
    const consumerOffset = consumerOffsetManager.queryOffset(group, topic, queueId) ?? 0;
    const lastTimestamp =
      consumerOffset > 0
        ? await messageStore.messageStoreTimestamp(topic, queueId, consumerOffset - 1)
        : 0;
    const wrapper = {
      brokerOffset: messageStore.maxOffsetInQueue(topic, queueId),
      consumerOffset,
      lastTimestamp: Math.max(0, lastTimestamp),
      pullOffset: consumerOffsetManager.queryPullOffset(group, topic, queueId) ?? 0,
    };
    return [this.queue(topic, queueId), wrapper];
  }

  private async timeSpanOf(topic: string, queueId: number, group: string): Promise<QueueTimeSpan> {
    const { messageStore, consumerOffsetManager, clock } = this.broker;
    const timeOf = (offset: number): Promise<number> =>
      messageStore.messageStoreTimestamp(topic, queueId, offset);
    const maxOffset = messageStore.maxOffsetInQueue(topic, queueId);
    const consumed = consumerOffsetManager.queryOffset(group, topic, queueId) ?? -1;
    const minTimeStamp = await messageStore.earliestMessageTime(topic, queueId);
    const maxTimeStamp = await timeOf(maxOffset - 1);
    const consumeTimeStamp = consumed > 0 ? await timeOf(consumed - 1) : minTimeStamp;
    const nextTimeStamp = consumed < maxOffset ? await timeOf(Math.max(consumed, 0)) : -1;
    const delayTime = nextTimeStamp < 0 ? 0 : clock.wallNow() - nextTimeStamp;
    return {
      consumeTimeStamp,
      consumeTimeStampStr: formatConsumeTime(consumeTimeStamp),
      delayTime,
      maxTimeStamp,
      maxTimeStampStr: formatConsumeTime(maxTimeStamp),
      messageQueue: this.queue(topic, queueId),
      minTimeStamp,
      minTimeStampStr: formatConsumeTime(minTimeStamp),
    };
  }

  private queue(topic: string, queueId: number): MessageQueue {
    return { brokerName: this.broker.config.broker.brokerName, queueId, topic };
  }
}
