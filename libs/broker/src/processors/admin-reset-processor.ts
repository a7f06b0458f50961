import type { MessageQueue } from '@rocket-nest/common';
import {
  CloneGroupOffsetRequestHeader,
  LanguageCode,
  RemotingCommand,
  RequestCode,
  ResetOffsetBody,
  ResetOffsetBodyForC,
  ResetOffsetRequestHeader,
  ResponseCode,
  decodeHeader,
  encodeBody,
  encodeHeader,
} from '@rocket-nest/remoting';
import type { BrokerContext, RequestProcessor } from '../broker-context';

type QueueOffsets = [queue: MessageQueue, offset: number][];

/** A reset that is carried out, or why it is not. */
type Reset =
  { readonly offsets: QueueOffsets } | { readonly code: number; readonly remark: string };

/** Offsets of groups set by an admin (222, 314). */
export class AdminResetProcessor {
  constructor(private readonly broker: BrokerContext) {}

  /**
   * INVOKE_BROKER_TO_RESET_OFFSET (222): to a time (-1: to the end), or one queue to an offset. A
   * live group takes it over at once, its pulls that wait being answered, a group that is offline
   * when it starts.
   */
  readonly resetOffset: RequestProcessor = async (_connection, request) => {
    const header = decodeHeader(ResetOffsetRequestHeader, request);
    const isForC = request.language === LanguageCode.CPP;
    const reset = this.broker.config.broker.useServerSideResetOffset
      ? await this.resetHere(header)
      : await this.resetAtMembers(header, isForC);
    if ('code' in reset) return RemotingCommand.createResponse(request, reset.code, reset.remark);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(ResetOffsetBody, { offsetTable: reset.offsets });
    return response;
  };

  /** CLONE_GROUP_OFFSET (314): a group begins where another one is. */
  readonly cloneGroupOffset: RequestProcessor = (_connection, request) => {
    const header = decodeHeader(CloneGroupOffsetRequestHeader, request);
    const { consumerOffsetManager, topicConfigManager, consumerManager, logger } = this.broker;
    const { srcGroup, destGroup, topic, offline } = header;
    const topics = topic ? [topic] : consumerOffsetManager.whichTopicByConsumer(srcGroup);
    const subscriptions = consumerManager.getConsumerGroupInfo(srcGroup)?.subscriptionTable;
    for (const each of topics) {
      const isLeft = !offline && subscriptions !== undefined && subscriptions.size > 0;
      const isConsumed = !isLeft || subscriptions.has(each);
      if (!topicConfigManager.selectTopicConfig(each) || !isConsumed) {
        logger.warn('offsets not cloned: no such topic, or no longer consumed', {
          topic: each,
          srcGroup,
          destGroup,
        });
        continue;
      }
      consumerOffsetManager.cloneOffset(srcGroup, destGroup, each);
    }
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  };

  private async resetHere(header: ResetOffsetRequestHeader): Promise<Reset> {
    const { topicConfigManager, subscriptionGroupManager, consumerOffsetManager } = this.broker;
    const { topic, group, queueId } = header;
    const config = topicConfigManager.selectTopicConfig(topic);
    if (!config) {
      return { code: ResponseCode.TOPIC_NOT_EXIST, remark: `Topic ${topic} does not exist` };
    }
    if (!subscriptionGroupManager.getSubscriptionGroupConfig(group)) {
      const code = ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST;
      return { code, remark: `Group ${group} does not exist` };
    }
    const offsets: QueueOffsets = [];
    if (queueId >= 0) {
      const offset = await this.targetOf(header);
      if (typeof offset === 'string') return { code: ResponseCode.SYSTEM_ERROR, remark: offset };
      offsets.push([this.queue(topic, queueId), offset]);
    } else {
      for (let each = 0; each < config.readQueueNums; each++) {
        const offset = await this.offsetByTime(topic, each, header.timestamp);
        offsets.push([this.queue(topic, each), offset]);
      }
    }
    for (const [queue, offset] of offsets) {
      consumerOffsetManager.assignResetOffset(topic, group, queue.queueId, offset);
    }
    this.broker.pullRequestHoldService.wakeGroup(topic, group);
    return { offsets };
  }

  /** The offset wanted for one queue, or why it cannot be. */
  private async targetOf(header: ResetOffsetRequestHeader): Promise<number | string> {
    const { topic, queueId, offset = -1, timestamp } = header;
    if (offset === -1) return this.offsetByTime(topic, queueId, timestamp);
    const min = this.broker.messageStore.minOffsetInQueue(topic, queueId);
    const max = this.broker.messageStore.maxOffsetInQueue(topic, queueId);
    if (offset >= min && offset <= max) return offset;
    return `Target offset ${offset} not in consume queue range [${min}-${max}]`;
  }

  /** As brokers did before 5.0: members are told, nothing is stored here. */
  private async resetAtMembers(header: ResetOffsetRequestHeader, isForC: boolean): Promise<Reset> {
    const { topicConfigManager, consumerOffsetManager, consumerManager } = this.broker;
    const { topic, group, timestamp, isForce } = header;
    const config = topicConfigManager.selectTopicConfig(topic);
    if (!config) {
      return { code: ResponseCode.SYSTEM_ERROR, remark: `[reset-offset] no topic ${topic}` };
    }
    const offsets: QueueOffsets = [];
    for (let queueId = 0; queueId < config.writeQueueNums; queueId++) {
      const consumed = consumerOffsetManager.queryOffset(group, topic, queueId);
      if (consumed === undefined) {
        const remark = `THe consumer group <${group}> not exist`;
        return { code: ResponseCode.SYSTEM_ERROR, remark };
      }
      const wanted = await this.offsetByTime(topic, queueId, timestamp);
      const offset = isForce || wanted < consumed ? wanted : consumed;
      offsets.push([this.queue(topic, queueId), offset]);
    }
    const members = [...(consumerManager.getConsumerGroupInfo(group)?.allChannels() ?? [])];
    if (members.length === 0) {
      const remark = `Consumer not online, so can not reset offset, Group: ${group} Topic: ${topic} Timestamp: ${timestamp}`;
      return { code: ResponseCode.CONSUMER_NOT_ONLINE, remark };
    }
    for (const { connection } of members) {
      connection.invokeOneway(resetNotice(header, offsets, isForC));
    }
    return { offsets };
  }

  /** A negative time is the end of the queue. */
  private async offsetByTime(topic: string, queueId: number, timestamp: number): Promise<number> {
    const { messageStore } = this.broker;
    if (timestamp < 0) return messageStore.maxOffsetInQueue(topic, queueId);
    return Math.max(0, await messageStore.offsetInQueueByTime(topic, queueId, timestamp));
  }

  private queue(topic: string, queueId: number): MessageQueue {
    return { brokerName: this.broker.config.broker.brokerName, queueId, topic };
  }
}

function resetNotice(
  header: ResetOffsetRequestHeader,
  offsets: QueueOffsets,
  isForC: boolean,
): RemotingCommand {
  const body = isForC
    ? encodeBody(ResetOffsetBodyForC, {
        offsetTable: offsets.map(([queue, offset]) => ({ ...queue, offset })),
      })
    : encodeBody(ResetOffsetBody, { offsetTable: offsets });
  const { topic, group, timestamp } = header;
  const fields = encodeHeader(ResetOffsetRequestHeader, { topic, group, timestamp });
  const code = RequestCode.RESET_CONSUMER_CLIENT_OFFSET;
  return RemotingCommand.createRequest(code, fields, body).markOneway();
}
