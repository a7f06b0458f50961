import { MixAll, PermName, TopicSysFlag, retryTopicOf, validateGroup } from '@rocket-nest/common';
import {
  CheckClientRequestBody,
  HeartbeatData,
  RemotingCommand,
  ResponseCode,
  UnregisterClientRequestHeader,
  decodeBody,
  decodeHeader,
} from '@rocket-nest/remoting';
import type { ConsumerData } from '@rocket-nest/remoting';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import type { ClientChannelInfo } from '../client/client-channel-info';
import { HeartbeatFingerprints } from '../client/heartbeat-fingerprints';
import { isTagType } from '../filter/tag-expression';

/** Heartbeats, goodbyes and the check of a client's subscription (34, 35, 46). */
export class ClientManageProcessor {
  private readonly fingerprints = new HeartbeatFingerprints();

  constructor(private readonly broker: BrokerContext) {}

  /** HEART_BEAT (34): registers the client's groups. */
  readonly heartBeat: RequestProcessor = (connection, request) => {
    const heartbeat = decodeBody(HeartbeatData, request.body);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    if (!connection.isOpen) return undefined;
    const channel: ClientChannelInfo = {
      connection,
      clientId: heartbeat.clientID,
      language: request.language,
      version: request.version,
      lastUpdateMs: this.broker.clock.monotonicNow(),
    };
    const problem = this.registerAll(channel, heartbeat);
    if (problem) return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, problem);
    response.extFields.set(MixAll.IS_SUPPORT_HEART_BEAT_V2, 'true');
    response.extFields.set(MixAll.IS_SUB_CHANGE, String(this.isSubscriptionNews(heartbeat)));
    return response;
  };

  /** UNREGISTER_CLIENT (35). */
  readonly unregisterClient: RequestProcessor = (connection, request) => {
    const header = decodeHeader(UnregisterClientRequestHeader, request);
    const { producerManager, consumerManager } = this.broker;
    if (header.producerGroup) {
      producerManager.unregisterProducer(header.producerGroup, connection.id);
    }
    if (header.consumerGroup) {
      consumerManager.unregisterConsumer(header.consumerGroup, connection.id);
    }
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  };

  /** CHECK_CLIENT_CONFIG (46): whether the broker can filter as the subscription wants. */
  readonly checkClientConfig: RequestProcessor = (_connection, request) => {
    const type = request.body
      ? decodeBody(CheckClientRequestBody, request.body).subscriptionData?.expressionType
      : undefined;
    if (isTagType(type)) {
      return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    }
    return RemotingCommand.createResponse(
      request,
      ResponseCode.SYSTEM_ERROR,
      `The broker does not support consumer to filter message by ${type}`,
    );
  };

  /** What is wrong with the heartbeat, undefined when all of it was registered. */
  private registerAll(channel: ClientChannelInfo, heartbeat: HeartbeatData): string | undefined {
    for (const data of heartbeat.consumerDataSet) {
      const problem = this.registerConsumer(channel, data, heartbeat.withoutSub);
      if (problem) return problem;
    }
    for (const { groupName } of heartbeat.producerDataSet) {
      const problem = validateGroup(groupName);
      if (problem) return problem.message;
      if (!this.broker.producerManager.registerProducer(groupName, channel)) {
        return 'this connection has too many producer groups: use more clients';
      }
    }
    return undefined;
  }

  private registerConsumer(
    channel: ClientChannelInfo,
    data: ConsumerData,
    withoutSub: boolean,
  ): string | undefined {
    const group = data.groupName;
    const problem = validateGroup(group);
    if (problem) return problem.message;
    const config = this.broker.subscriptionGroupManager.findSubscriptionGroupConfig(group);
    // As with the original: such a group learns it from its pulls, the client's others go on.
    if (!config) return undefined;
    this.broker.topicConfigManager.createTopicInSendMessageBackMethod(
      retryTopicOf(group),
      config.retryQueueNums,
      PermName.PERM_READ | PermName.PERM_WRITE,
      this.subscribesToOrderTopic(data),
      data.unitMode ? TopicSysFlag.FLAG_UNIT_SUB : 0,
    );
    const status = this.broker.consumerManager.registerConsumer({
      group,
      channel,
      profile: {
        consumeType: data.consumeType ?? 'CONSUME_PASSIVELY',
        messageModel: data.messageModel ?? 'CLUSTERING',
        consumeFromWhere: data.consumeFromWhere ?? 'CONSUME_FROM_LAST_OFFSET',
      },
      subscriptions: withoutSub ? undefined : data.subscriptionDataSet,
    });
    if (status === 'REFUSED') return `too many groups or subscriptions with the group ${group}`;
    return undefined;
  }

  private subscribesToOrderTopic(data: ConsumerData): boolean {
    return data.subscriptionDataSet.some(
      ({ topic }) => this.broker.topicConfigManager.selectTopicConfig(topic)?.order === true,
    );
  }

  /**
   * Clients of heartbeat V2 send their subscriptions once and then only a fingerprint of them; true
   * asks for all of it. A plain heartbeat is answered true, as by the original.
   */
  private isSubscriptionNews(heartbeat: HeartbeatData): boolean {
    if (heartbeat.heartbeatFingerprint === 0) return true;
    const groups = heartbeat.consumerDataSet.map((data) => data.groupName);
    const fingerprint = heartbeat.heartbeatFingerprint;
    if (!heartbeat.withoutSub) {
      this.fingerprints.set(groups, fingerprint);
      return false;
    }
    return groups.some(
      (group) =>
        !this.fingerprints.isKnown(group, fingerprint) ||
        this.broker.consumerManager.getConsumerGroupInfo(group)?.subscriptionTable.size === 0,
    );
  }
}
