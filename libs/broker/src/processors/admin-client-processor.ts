import { decodeMessageId, errorCodeOf, errorMessageOf } from '@rocket-nest/common';
import type { MessageQueue } from '@rocket-nest/common';
import {
  ConsumeMessageDirectlyResultRequestHeader,
  GetConsumerRunningInfoRequestHeader,
  GetConsumerStatusBody,
  GetConsumerStatusRequestHeader,
  RemotingCommand,
  RequestCode,
  ResponseCode,
  decodeBody,
  decodeHeader,
  encodeBody,
  encodeHeader,
} from '@rocket-nest/remoting';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import type { ClientChannelInfo } from '../client/client-channel-info';

/** How long a consumer may take to consume a message or to tell of itself. */
const CALL_TIMEOUT_MS = 10_000;
const STATUS_TIMEOUT_MS = 5_000;

/** What admins ask of a consumer through the broker it is connected to (223, 307, 309). */
export class AdminClientProcessor {
  constructor(private readonly broker: BrokerContext) {}

  /** GET_CONSUMER_RUNNING_INFO (307): the consumer's own answer. */
  readonly getConsumerRunningInfo: RequestProcessor = (_connection, request) => {
    const header = decodeHeader(GetConsumerRunningInfoRequestHeader, request);
    return this.callConsumer(request, header.consumerGroup, header.clientId);
  };

  /** CONSUME_MESSAGE_DIRECTLY (309): hands a stored message to one consumer and tells the outcome. */
  readonly consumeMessageDirectly: RequestProcessor = async (_connection, request) => {
    const header = decodeHeader(ConsumeMessageDirectlyResultRequestHeader, request);
    const { messageStore, config, topicConfigManager, subscriptionGroupManager } = this.broker;
    const { consumerGroup, clientId = '', msgId = '', topic = '' } = header;
    const fields = new Map(request.extFields);
    const { offset } = decodeMessageId(msgId);
    const record = await messageStore.lookMessageByOffset(offset);
    if (!record) return failed(request, `this broker has no message ${msgId}`);
    const group = subscriptionGroupManager.getSubscriptionGroupConfig(consumerGroup);
    const topicSysFlag = topicConfigManager.selectTopicConfig(topic)?.topicSysFlag ?? 0;
    fields.set('brokerName', config.broker.brokerName);
    fields.set('topicSysFlag', String(topicSysFlag));
    fields.set('groupSysFlag', String(group?.groupSysFlag ?? 0));
    return this.callConsumer(request, consumerGroup, clientId, fields, record);
  };

  /** INVOKE_BROKER_TO_GET_CONSUMER_STATUS (223): where each member (or one) is, as it tells. */
  readonly getConsumerStatus: RequestProcessor = async (_connection, request) => {
    const { group, topic, clientAddr } = decodeHeader(GetConsumerStatusRequestHeader, request);
    const info = this.broker.consumerManager.getConsumerGroupInfo(group);
    if (!info) return failed(request, `No Any Consumer online in the consumer group: [${group}]`);
    const asked = [...info.allChannels()].filter(
      ({ clientId }) => !clientAddr || clientId === clientAddr,
    );
    const consumerTable = new Map<string, [MessageQueue, number][]>();
    await Promise.all(
      asked.map(async (channel) => {
        const table = await this.statusOf(channel, group, topic);
        if (table) consumerTable.set(channel.clientId, table);
      }),
    );
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(GetConsumerStatusBody, { consumerTable });
    return response;
  };

  private async statusOf(
    channel: ClientChannelInfo,
    group: string,
    topic: string,
  ): Promise<[MessageQueue, number][] | undefined> {
    const code = RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT;
    const fields = encodeHeader(GetConsumerStatusRequestHeader, { group, topic });
    try {
      const call = RemotingCommand.createRequest(code, fields);
      const answer = await channel.connection.invoke(call, STATUS_TIMEOUT_MS);
      if (answer.code !== ResponseCode.SUCCESS || !answer.body) return undefined;
      return decodeBody(GetConsumerStatusBody, answer.body).messageQueueTable;
    } catch (error) {
      this.broker.logger.warn('a consumer did not tell its status', {
        group,
        clientId: channel.clientId,
        cause: errorMessageOf(error),
      });
      return undefined;
    }
  }

  private async callConsumer(
    request: RemotingCommand,
    group: string,
    clientId: string,
    fields: Map<string, string> = new Map(request.extFields),
    body: Buffer | undefined = request.body && Buffer.from(request.body),
  ): Promise<RemotingCommand> {
    const channel = this.broker.consumerManager.findChannel(group, clientId);
    if (!channel) return failed(request, `The Consumer <${group}> <${clientId}> not online`);
    try {
      const call = RemotingCommand.createRequest(request.code, fields, body);
      const answer = await channel.connection.invoke(call, CALL_TIMEOUT_MS);
      const response = RemotingCommand.createResponse(request, answer.code, answer.remark);
      response.extFields = new Map(answer.extFields);
      response.body = answer.body;
      return response;
    } catch (error) {
      const isTimeout = errorCodeOf(error) === 'TIMEOUT';
      const code = isTimeout ? ResponseCode.CONSUME_MSG_TIMEOUT : ResponseCode.SYSTEM_ERROR;
      const remark = `consumer <${group}> <${clientId}>: ${errorMessageOf(error)}`;
      return RemotingCommand.createResponse(request, code, remark);
    }
  }
}

function failed(request: RemotingCommand, remark: string): RemotingCommand {
  return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, remark);
}
