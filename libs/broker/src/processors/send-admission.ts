import {
  TopicSysFlag,
  isNotAllowedSendTopic,
  isRetryTopic,
  isWriteable,
  validateTopic,
} from '@rocket-nest/common';
import type { TopicConfig } from '@rocket-nest/common';
import { ResponseCode } from '@rocket-nest/remoting';
import type { Connection } from '@rocket-nest/remoting';
import type { SendMessageRequest } from '@rocket-nest/remoting/internal';
import type { BrokerContext } from '../broker-context';

/** Why a send is not taken. */
export interface SendRefusal {
  readonly code: number;
  readonly remark: string;
}

/** Decides whether a send is taken, and makes its topic when it is unknown and may be made. */
export class SendAdmission {
  constructor(private readonly context: BrokerContext) {}

  admit(connection: Connection, send: SendMessageRequest): TopicConfig | SendRefusal {
    const notYet = this.refusalBeforeStart();
    if (notYet) return notYet;
    let topicConfig = this.context.topicConfigManager.selectTopicConfig(send.topic);
    if (!topicConfig || isNotAllowedSendTopic(send.topic)) {
      const found = this.findTopic(connection, send);
      if ('code' in found) return found;
      topicConfig = found;
    }
    const { broker } = this.context.config;
    if (!isWriteable(broker.brokerPermission) && topicConfig.order) {
      return {
        code: ResponseCode.NO_PERMISSION,
        remark: `the broker ${broker.brokerName} may not be written to (brokerPermission)`,
      };
    }
    const queues = Math.max(topicConfig.writeQueueNums, topicConfig.readQueueNums);
    if (send.queueId < queues) return topicConfig;
    return {
      code: ResponseCode.INVALID_PARAMETER,
      remark:
        `the topic ${send.topic} has no queue ${send.queueId}, only ${queues} ` +
        `(producer ${connection.remoteAddress})`,
    };
  }

  private refusalBeforeStart(): SendRefusal | undefined {
    const startMs = this.context.config.broker.startAcceptSendRequestTimeStamp;
    if (startMs === 0 || this.context.clock.wallNow() >= startMs) return undefined;
    return {
      code: ResponseCode.SYSTEM_ERROR,
      remark: `this broker takes no messages before ${startMs} (startAcceptSendRequestTimeStamp)`,
    };
  }

  private findTopic(connection: Connection, send: SendMessageRequest): TopicConfig | SendRefusal {
    const { topic } = send;
    const problem = validateTopic(topic);
    if (problem) return { code: ResponseCode.INVALID_PARAMETER, remark: problem.message };
    if (isNotAllowedSendTopic(topic)) {
      return {
        code: ResponseCode.NO_PERMISSION,
        remark: `the topic ${topic} is written by the broker only`,
      };
    }
    const isRetry = isRetryTopic(topic);
    const unitFlag = isRetry ? TopicSysFlag.FLAG_UNIT_SUB : TopicSysFlag.FLAG_UNIT;
    const topicSysFlag = send.unitMode ? unitFlag : 0;
    const manager = this.context.topicConfigManager;
    const created =
      manager.createTopicInSendMessageMethod({
        topic,
        defaultTopic: send.defaultTopic,
        clientDefaultTopicQueueNums: send.defaultTopicQueueNums,
        topicSysFlag,
        remoteAddress: connection.remoteAddress,
      }) ??
      (isRetry
        ? manager.createTopicInSendMessageBackMethod(topic, 1, undefined, false, topicSysFlag)
        : undefined);
    if (created) return created;
    return {
      code: ResponseCode.TOPIC_NOT_EXIST,
      remark: `there is no topic ${topic}: create it first, or set autoCreateTopicEnable`,
    };
  }
}
