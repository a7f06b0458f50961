import {
  ConsumerConnection,
  GetConsumerConnectionListRequestHeader,
  GetProducerConnectionListRequestHeader,
  ProducerConnection,
  ProducerTableInfo,
  QuerySubscriptionByConsumerRequestHeader,
  QuerySubscriptionResponseBody,
  QueryTopicsByConsumerRequestHeader,
  RemotingCommand,
  ResponseCode,
  TopicList,
  decodeHeader,
  encodeBody,
  languageName,
} from '@rocket-nest/remoting';
import type { ConnectionInfo, ProducerInfo } from '@rocket-nest/remoting';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import type { ClientChannelInfo } from '../client/client-channel-info';

/** Who is connected, and to what they subscribe (203, 204, 328, 343, 345). */
export class AdminConnectionProcessor {
  constructor(private readonly broker: BrokerContext) {}

  /** GET_CONSUMER_CONNECTION_LIST (203). */
  readonly getConsumerConnectionList: RequestProcessor = (_connection, request) => {
    const { consumerGroup } = decodeHeader(GetConsumerConnectionListRequestHeader, request);
    const info = this.broker.consumerManager.getConsumerGroupInfo(consumerGroup);
    if (!info) {
      return RemotingCommand.createResponse(
        request,
        ResponseCode.CONSUMER_NOT_ONLINE,
        `the consumer group[${consumerGroup}] not online`,
      );
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(ConsumerConnection, {
      connectionSet: connectionsOf(info.allChannels()),
      consumeFromWhere: info.profile.consumeFromWhere,
      consumeType: info.profile.consumeType,
      messageModel: info.profile.messageModel,
      subscriptionTable: info.subscriptionTable,
    });
    return response;
  };

  /** GET_PRODUCER_CONNECTION_LIST (204). */
  readonly getProducerConnectionList: RequestProcessor = (_connection, request) => {
    const { producerGroup } = decodeHeader(GetProducerConnectionListRequestHeader, request);
    const channels = this.broker.producerManager.channelsOf(producerGroup);
    if (channels.length === 0) {
      return RemotingCommand.createResponse(
        request,
        ResponseCode.SYSTEM_ERROR,
        `the producer group[${producerGroup}] not exist`,
      );
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(ProducerConnection, { connectionSet: connectionsOf(channels) });
    return response;
  };

  /** GET_ALL_PRODUCER_INFO (328): the members of every producer group. */
  readonly getAllProducerInfo: RequestProcessor = (_connection, request) => {
    const { producerManager, clock } = this.broker;
    const bootWallMs = clock.wallNow() - clock.monotonicNow();
    const data = new Map<string, ProducerInfo[]>();
    for (const group of producerManager.groupNames) {
      const members = producerManager.channelsOf(group).map((channel) => ({
        clientId: channel.clientId,
        language: languageName(channel.language),
        lastUpdateTimestamp: Math.round(bootWallMs + channel.lastUpdateMs),
        remoteIP: `/${channel.connection.remoteAddress}`,
        version: channel.version,
      }));
      data.set(group, members);
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(ProducerTableInfo, { data });
    return response;
  };

  /** QUERY_TOPICS_BY_CONSUMER (343). */
  readonly queryTopicsByConsumer: RequestProcessor = (_connection, request) => {
    const { group } = decodeHeader(QueryTopicsByConsumerRequestHeader, request);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(TopicList, {
      brokerAddr: this.broker.brokerAddr,
      topicList: this.broker.consumerOffsetManager.whichTopicByConsumer(group),
    });
    return response;
  };

  /** QUERY_SUBSCRIPTION_BY_CONSUMER (345). */
  readonly querySubscriptionByConsumer: RequestProcessor = (_connection, request) => {
    const { group, topic } = decodeHeader(QuerySubscriptionByConsumerRequestHeader, request);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(QuerySubscriptionResponseBody, {
      group,
      subscriptionData: this.broker.consumerManager.findSubscriptionData(group, topic ?? ''),
      topic,
    });
    return response;
  };
}

function connectionsOf(channels: Iterable<ClientChannelInfo>): ConnectionInfo[] {
  return Array.from(channels, ({ connection, clientId, language, version }) => ({
    clientAddr: connection.remoteAddress,
    clientId,
    language: languageName(language),
    version,
  }));
}
