import type { Attributes } from '@opentelemetry/api';
import { keysOf, MessageConst, tagOf, type Message, type MessageExt } from '@rocket-nest/common';

/** What a span tells of a message, by the names of OpenTelemetry's messaging conventions. */
export function messageAttributes(message: Message): Attributes {
  const { properties, topic, body } = message;
  const delay = properties.get(MessageConst.PROPERTY_DELAY_TIME_LEVEL);
  const keys = keysOf(message);
  return {
    'messaging.system': 'rocketmq',
    'messaging.destination.name': properties.get(MessageConst.PROPERTY_RETRY_TOPIC) ?? topic,
    'messaging.message.id': properties.get(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX),
    'messaging.message.body.size': body.length,
    'messaging.rocketmq.message.tag': tagOf(message),
    'messaging.rocketmq.message.keys': keys.length > 0 ? keys : undefined,
    'messaging.rocketmq.message.group': properties.get(MessageConst.PROPERTY_SHARDING_KEY),
    'messaging.rocketmq.message.delay_time_level': delay === undefined ? undefined : Number(delay),
  };
}

/** The same of a message that was delivered, with its place. */
export function deliveredAttributes(message: MessageExt, consumerGroup: string): Attributes {
  return {
    ...messageAttributes(message),
    'messaging.message.id': message.msgId,
    'messaging.consumer.group.name': consumerGroup,
    'messaging.destination.partition.id': String(message.queueId),
    'rocket_nest.broker': message.brokerName,
    'rocket_nest.queue_offset': message.queueOffset,
    'rocket_nest.reconsume_times': message.reconsumeTimes,
  };
}
