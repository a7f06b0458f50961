import {
  GetConsumerListByGroupRequestHeader,
  GetConsumerListByGroupResponseBody,
  QueryConsumerOffsetRequestHeader,
  RemotingCommand,
  ResponseCode,
  UpdateConsumerOffsetRequestHeader,
  decodeHeader,
  encodeBody,
} from '@rocket-nest/remoting';
import { GetMessageStatus } from '@rocket-nest/store';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import { readStoredMessage } from '../messages/stored-message';

/** Members of a group, and the offsets of groups (38, 14, 15). */
export class ConsumerManageProcessor {
  constructor(private readonly broker: BrokerContext) {}

  /** GET_CONSUMER_LIST_BY_GROUP (38). */
  readonly getConsumerListByGroup: RequestProcessor = (_connection, request) => {
    const { consumerGroup } = decodeHeader(GetConsumerListByGroupRequestHeader, request);
    const info = this.broker.consumerManager.getConsumerGroupInfo(consumerGroup);
    if (!info || info.isEmpty) {
      return RemotingCommand.createResponse(
        request,
        ResponseCode.SYSTEM_ERROR,
        `no consumer for this group, ${consumerGroup}`,
      );
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(GetConsumerListByGroupResponseBody, {
      consumerIdList: info.allClientIds(),
    });
    return response;
  };

  /**
   * QUERY_CONSUMER_OFFSET (14). Without a stored offset a group starts at 0 while the queue still
   * begins at 0 and its first message is recent; else it is told that there is none, and decides by
   * its consumeFromWhere.
   */
  readonly queryConsumerOffset: RequestProcessor = async (_connection, request) => {
    const header = decodeHeader(QueryConsumerOffsetRequestHeader, request);
    const { consumerGroup, topic, queueId } = header;
    let offset = this.broker.consumerOffsetManager.queryOffset(consumerGroup, topic, queueId);
    if (offset === undefined && header.setZeroIfNotFound !== false) {
      offset = (await this.startsAtRecentMessage(topic, queueId)) ? 0 : undefined;
    }
    if (offset === undefined) {
      return RemotingCommand.createResponse(
        request,
        ResponseCode.QUERY_NOT_FOUND,
        'Not found, maybe this group consumer boot first',
      );
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.extFields.set('offset', String(offset));
    return response;
  };

  /** UPDATE_CONSUMER_OFFSET (15). */
  readonly updateConsumerOffset: RequestProcessor = (connection, request) => {
    const header = decodeHeader(UpdateConsumerOffsetRequestHeader, request);
    const { consumerGroup: group, topic, queueId, commitOffset } = header;
    const { subscriptionGroupManager, topicConfigManager, consumerOffsetManager } = this.broker;
    const refuse = (code: number, remark: string): RemotingCommand =>
      RemotingCommand.createResponse(request, code, remark);
    if (!subscriptionGroupManager.containsSubscriptionGroup(group)) {
      return refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, `Group ${group} not exist!`);
    }
    if (!topicConfigManager.selectTopicConfig(topic)) {
      return refuse(ResponseCode.TOPIC_NOT_EXIST, `Topic ${topic} not exist!`);
    }
    switch (consumerOffsetManager.commitOffset(connection, group, topic, queueId, commitOffset)) {
      case 'ILLEGAL':
        return refuse(
          ResponseCode.INVALID_PARAMETER,
          `queue ${queueId} and offset ${commitOffset} must not be negative`,
        );
      case 'REFUSED':
        return refuse(ResponseCode.SYSTEM_ERROR, 'the broker keeps no more offsets');
      default:
        return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    }
  };

  private async startsAtRecentMessage(topic: string, queueId: number): Promise<boolean> {
    const { messageStore } = this.broker;
    if (queueId < 0 || messageStore.minOffsetInQueue(topic, queueId) > 0) return false;
    if (messageStore.maxOffsetInQueue(topic, queueId) === 0) return false;
    const first = await messageStore.getMessage({
      group: '',
      topic,
      queueId,
      offset: 0,
      maxMsgNums: 1,
    });
    if (first.status !== GetMessageStatus.FOUND || first.messageCount === 0) return false;
    const stored = readStoredMessage(Buffer.concat([...first.parts]));
    return !messageStore.isInDisk(stored.physicalOffset);
  }
}
