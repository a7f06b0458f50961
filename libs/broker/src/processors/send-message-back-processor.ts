import {
  MessageConst,
  PermName,
  TopicSysFlag,
  decodeProperties,
  dlqTopicOf,
  encodeProperties,
  isWriteable,
  retryTopicOf,
} from '@rocket-nest/common';
import type { SubscriptionGroupConfig } from '@rocket-nest/common';
import {
  ConsumerSendMsgBackRequestHeader,
  MQVersion,
  RemotingCommand,
  ResponseCode,
  decodeHeader,
} from '@rocket-nest/remoting';
import { createHostAddress } from '@rocket-nest/store';
import type { MessageExtBrokerInner } from '@rocket-nest/store';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import { routeByDelayLevel } from '../messages/delay-routing';
import { innerOf, offsetMessageIdOf, readStoredMessage } from '../messages/stored-message';
import type { StoredMessage } from '../messages/stored-message';
import { isStored, remarkOf } from './put-status-answer';

const READ_WRITE = PermName.PERM_READ | PermName.PERM_WRITE;
const DLQ_QUEUES_PER_GROUP = 1;

/** The first retry waits as long as this level plus one failure says. */
const FIRST_RETRY_LEVEL = 3;

/** Where a message that was sent back goes next. */
interface NextPlace {
  readonly topic: string;
  readonly queueNums: number;
  readonly delayLevel: number;
  readonly isDlq: boolean;
}

/**
 * CONSUMER_SEND_MSG_BACK (36): a message that a consumer could not handle is stored again, in the
 * group's retry topic after a delay that grows with each failure, in the end in its dead letter
 * topic. The consumer names it by its position; the broker reads it from its own store.
 */
export class SendMessageBackProcessor {
  constructor(private readonly broker: BrokerContext) {}

  readonly consumerSendMsgBack: RequestProcessor = async (_connection, request) => {
    const header = decodeHeader(ConsumerSendMsgBackRequestHeader, request);
    const refuse = (code: number, remark: string): RemotingCommand =>
      RemotingCommand.createResponse(request, code, remark);
    const { subscriptionGroupManager, config, messageStore } = this.broker;
    const group = subscriptionGroupManager.findSubscriptionGroupConfig(header.group);
    if (!group) {
      return refuse(
        ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
        `subscription group not exist, ${header.group}: create it first`,
      );
    }
    if (!isWriteable(config.broker.brokerPermission)) {
      return refuse(
        ResponseCode.NO_PERMISSION,
        `the broker ${config.broker.brokerName} may not be written to (brokerPermission)`,
      );
    }
    // A group without retry queues wants no retries: the message is dropped, as by the original.
    if (group.retryQueueNums <= 0) {
      return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    }
    const record = await messageStore.lookMessageByOffset(header.offset);
    if (!record) {
      return refuse(ResponseCode.SYSTEM_ERROR, `look message by offset failed, ${header.offset}`);
    }
    const stored = readStoredMessage(record);
    const place = this.nextPlace(stored, header, group, request.version);
    const problem = this.ensureTopic(place, header.unitMode);
    if (problem) return refuse(problem.code, problem.remark);
    if (place.isDlq) this.broker.counters.messagesToDlq++;
    const result = await messageStore.putMessageAsync(this.copyOf(stored, place));
    if (isStored(result.status)) {
      await this.broker.topicConfigManager.whenSaved(place.topic);
      return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    }
    return refuse(ResponseCode.SYSTEM_ERROR, remarkOf(result, config.store.maxMessageSize));
  };

  private nextPlace(
    stored: StoredMessage,
    header: ConsumerSendMsgBackRequestHeader,
    group: SubscriptionGroupConfig,
    clientVersion: number,
  ): NextPlace {
    let maxReconsumeTimes = group.retryMaxTimes;
    if (clientVersion >= MQVersion.V3_4_9 && header.maxReconsumeTimes !== undefined) {
      maxReconsumeTimes = header.maxReconsumeTimes;
    }
    if (stored.reconsumeTimes >= maxReconsumeTimes || header.delayLevel < 0) {
      const topic = dlqTopicOf(group.groupName);
      return { topic, queueNums: DLQ_QUEUES_PER_GROUP, delayLevel: 0, isDlq: true };
    }
    return {
      topic: retryTopicOf(group.groupName),
      queueNums: group.retryQueueNums,
      delayLevel:
        header.delayLevel === 0 ? FIRST_RETRY_LEVEL + stored.reconsumeTimes : header.delayLevel,
      isDlq: false,
    };
  }

  private ensureTopic(
    place: NextPlace,
    unitMode: boolean,
  ): { readonly code: number; readonly remark: string } | undefined {
    const config = this.broker.topicConfigManager.createTopicInSendMessageBackMethod(
      place.topic,
      place.queueNums,
      READ_WRITE,
      this.broker.topicConfigManager.selectTopicConfig(place.topic)?.order ?? false,
      unitMode && !place.isDlq ? TopicSysFlag.FLAG_UNIT_SUB : 0,
    );
    if (!config) {
      return {
        code: ResponseCode.SYSTEM_ERROR,
        remark: `topic[${place.topic}] not exist, and the broker has too many topics to create it`,
      };
    }
    if (isWriteable(config.perm)) return undefined;
    return {
      code: ResponseCode.NO_PERMISSION,
      remark: `the topic[${place.topic}] sending message is forbidden`,
    };
  }

  private copyOf(stored: StoredMessage, place: NextPlace): MessageExtBrokerInner {
    const properties = decodeProperties(stored.propertiesText);
    if (!properties.has(MessageConst.PROPERTY_RETRY_TOPIC)) {
      properties.set(MessageConst.PROPERTY_RETRY_TOPIC, stored.topic);
    }
    if (!properties.has(MessageConst.PROPERTY_ORIGIN_MESSAGE_ID)) {
      properties.set(MessageConst.PROPERTY_ORIGIN_MESSAGE_ID, offsetMessageIdOf(stored));
    }
    properties.set(MessageConst.PROPERTY_WAIT_STORE_MSG_OK, 'false');
    properties.set(MessageConst.PROPERTY_DELAY_TIME_LEVEL, String(place.delayLevel));
    const { storeHost, random, scheduleMessageService } = this.broker;
    const queueId = random.nextInt(place.queueNums);
    const target = routeByDelayLevel(
      { topic: place.topic, queueId },
      properties,
      scheduleMessageService.levels.maxLevel,
    );
    return {
      ...innerOf(stored),
      topic: target.topic,
      queueId: target.queueId,
      storeHost: createHostAddress(storeHost.host, storeHost.port),
      reconsumeTimes: stored.reconsumeTimes + 1,
      preparedTransactionOffset: 0,
      propertiesText: Buffer.from(encodeProperties(properties)),
    };
  }
}
