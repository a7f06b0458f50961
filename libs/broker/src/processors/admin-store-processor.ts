import {
  ConsumeQueueData,
  HARuntimeInfo,
  QueryConsumeQueueRequestHeader,
  QueryConsumeQueueResponseBody,
  RemotingCommand,
  ResponseCode,
  decodeHeader,
  encodeBody,
  stringifyJson,
} from '@rocket-nest/remoting';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import { TagFilters } from '../filter/tags-code-filter';

/** Most consume queue units one query answers, whatever the admin asks for. */
export const MAX_QUERIED_UNITS = 1024;

/** The size that the original prints for a unit without an extension. */
const NO_EXTENSION_SIZE = 20;

/** The store: what is in a queue, what is cleaned, what is replicated (306, 316, 321, 329, 907, 908). */
export class AdminStoreProcessor {
  private readonly filters = new TagFilters();

  constructor(private readonly broker: BrokerContext) {}

  /** CLEAN_EXPIRED_CONSUMEQUEUE (306): files of queues whose messages are all gone. */
  readonly cleanExpiredConsumeQueue: RequestProcessor = async (_connection, request) => {
    await this.broker.messageStore.cleanExpiredConsumeQueues();
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  };

  /** CLEAN_UNUSED_TOPIC (316): consume queues of topics that do not exist any more. */
  readonly cleanUnusedTopic: RequestProcessor = async (_connection, request) => {
    const { topicConfigManager, messageStore } = this.broker;
    const known = topicConfigManager.topicConfigTable;
    const retain = new Set(known.keys());
    for (const { topic } of messageStore.queues()) {
      if (topicConfigManager.isSystemTopic(topic)) retain.add(topic);
    }
    await messageStore.cleanUnusedTopics(retain);
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  };

  /** DELETE_EXPIRED_COMMITLOG (329): what has expired goes at once, in the background. */
  readonly deleteExpiredCommitLog: RequestProcessor = (_connection, request) => {
    this.broker.messageStore.executeDeleteFilesManually();
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  };

  /** QUERY_CONSUME_QUEUE (321): the units of a queue, and whether a group would get them. */
  readonly queryConsumeQueue: RequestProcessor = async (_connection, request) => {
    const header = decodeHeader(QueryConsumeQueueRequestHeader, request);
    const { topic = '', queueId, index, count, consumerGroup } = header;
    const { messageStore, consumerManager } = this.broker;
    if (!messageStore.hasQueue(topic, queueId)) {
      const remark = `${queueId}@${topic} is not exist!`;
      return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, remark);
    }
    const subscription = consumerGroup
      ? consumerManager.findSubscriptionData(consumerGroup, topic)
      : undefined;
    const filter = subscription && this.filters.filterFor(subscription);
    const limit = Math.max(0, Math.min(count, MAX_QUERIED_UNITS));
    const units = await messageStore.consumeQueueUnits(topic, queueId, index, limit);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(QueryConsumeQueueResponseBody, {
      filterData: filterDataOf(consumerGroup, topic, subscription !== undefined),
      maxQueueIndex: messageStore.maxOffsetInQueue(topic, queueId),
      minQueueIndex: messageStore.minOffsetInQueue(topic, queueId),
      queueData: units.map((unit): ConsumeQueueData => {
        const { physicalOffset, sizeBytes, tagsCode, storeTimestamp } = unit;
        return {
          eval: subscription !== undefined && (filter?.matchesTagsCode(tagsCode) ?? true),
          extendDataJson: stringifyJson({
            msgStoreTime: storeTimestamp,
            size: NO_EXTENSION_SIZE,
            tagsCode,
          }),
          physicOffset: physicalOffset,
          physicSize: sizeBytes,
          tagsCode,
        };
      }),
      subscriptionData: subscription,
    });
    return response;
  };

  /** GET_BROKER_HA_STATUS (907): a master that nobody copies. */
  readonly getBrokerHaStatus: RequestProcessor = (_connection, request) => {
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(HARuntimeInfo, {
      haClientRuntimeInfo: {},
      master: true,
      masterCommitLogMaxOffset: this.broker.messageStore.maxPhyOffset(),
    });
    return response;
  };

  /** RESET_MASTER_FLUSH_OFFSET (908): meant for slaves; a master leaves things as they are. */
  readonly resetMasterFlushOffset: RequestProcessor = (_connection, request) =>
    RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
}

function filterDataOf(
  group: string | undefined,
  topic: string,
  isOnline: boolean,
): string | undefined {
  if (!group) return undefined;
  return isOnline ? 'null' : `${group}@${topic} is not online!`;
}
