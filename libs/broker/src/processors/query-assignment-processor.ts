import { errorMessageOf, isRetryTopic } from '@rocket-nest/common';
import type { MessageQueue } from '@rocket-nest/common';
import {
  QueryAssignmentRequestBody,
  QueryAssignmentResponseBody,
  RemotingCommand,
  ResponseCode,
  SetMessageRequestModeRequestBody,
  decodeBody,
  encodeBody,
} from '@rocket-nest/remoting';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import { allocateQueues } from '../loadbalance/allocate-queues';

/** Queues shared out by the broker, and how groups ask for messages (400, 401, 402). */
export class QueryAssignmentProcessor {
  constructor(private readonly broker: BrokerContext) {}

  /**
   * QUERY_ASSIGNMENT (400): one member's share of a topic's queues on all brokers, to be pulled. No
   * list when the topic has no route or the group no member.
   */
  readonly queryAssignment: RequestProcessor = async (_connection, request) => {
    const asked = decodeBody(QueryAssignmentRequestBody, request.body);
    const queues = await this.assignedTo(asked);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(QueryAssignmentResponseBody, {
      messageQueueAssignments: queues?.map((messageQueue) => ({ messageQueue })),
    });
    return response;
  };

  /** SET_MESSAGE_REQUEST_MODE (401). */
  readonly setMessageRequestMode: RequestProcessor = async (_connection, request) => {
    const mode = decodeBody(SetMessageRequestModeRequestBody, request.body);
    const { topicConfigManager, subscriptionGroupManager, messageRequestModeManager } = this.broker;
    const refuse = (code: number, remark: string): RemotingCommand =>
      RemotingCommand.createResponse(request, code, remark);
    const { topic, consumerGroup } = mode;
    if (isRetryTopic(topic)) {
      return refuse(ResponseCode.NO_PERMISSION, 'retry topic is not allowed to set mode');
    }
    if (!topicConfigManager.selectTopicConfig(topic)) {
      return refuse(ResponseCode.TOPIC_NOT_EXIST, `topic[${topic}] not exist`);
    }
    if (!subscriptionGroupManager.getSubscriptionGroupConfig(consumerGroup)) {
      const remark = `subscription group[${consumerGroup}] not exist`;
      return refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, remark);
    }
    if (mode.mode === 'POP') {
      const remark = 'this broker serves no POP consumption: set the mode PULL';
      return refuse(ResponseCode.SYSTEM_ERROR, remark);
    }
    if (!messageRequestModeManager.set(mode)) {
      return refuse(ResponseCode.SYSTEM_ERROR, 'the broker keeps no more request modes');
    }
    try {
      await messageRequestModeManager.persist();
    } catch (error) {
      const remark = `the mode is in force but could not be written: ${errorMessageOf(error)}`;
      return refuse(ResponseCode.SYSTEM_ERROR, remark);
    }
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  };

  /** GET_ALL_MESSAGE_REQUEST_MODE (402). */
  readonly getAllMessageRequestMode: RequestProcessor = (_connection, request) => {
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = Buffer.from(this.broker.messageRequestModeManager.text(false));
    return response;
  };

  private async assignedTo(asked: QueryAssignmentRequestBody): Promise<MessageQueue[] | undefined> {
    const { topic, consumerGroup, clientId, messageModel, strategyName } = asked;
    const queues = await this.queuesOf(topic);
    if (!queues || messageModel === 'BROADCASTING') return queues;
    const members = this.broker.consumerManager.getConsumerGroupInfo(consumerGroup);
    if (!members) return undefined;
    const strategy = strategyName === 'AVG_BY_CIRCLE' ? 'AVG_BY_CIRCLE' : 'AVG';
    const clientIds = members.allClientIds().sort();
    return allocateQueues(strategy, clientId, [...queues].sort(byBrokerAndId), clientIds);
  }

  /** As the name servers tell; this broker's own without any. */
  private async queuesOf(topic: string): Promise<MessageQueue[] | undefined> {
    const { topicRouteFinder, topicConfigManager, config } = this.broker;
    const known = await topicRouteFinder.subscribeQueues(topic);
    if (known) return known;
    const own = topicConfigManager.selectTopicConfig(topic);
    if (!own) return undefined;
    const { brokerName } = config.broker;
    return Array.from({ length: own.readQueueNums }, (_none, queueId) => ({
      topic,
      brokerName,
      queueId,
    }));
  }
}

function byBrokerAndId(a: MessageQueue, b: MessageQueue): number {
  if (a.brokerName !== b.brokerName) return a.brokerName < b.brokerName ? -1 : 1;
  return a.queueId - b.queueId;
}
