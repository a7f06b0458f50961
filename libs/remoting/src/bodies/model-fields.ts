import {
  DataVersion,
  subscriptionGroupConfigFromJson,
  subscriptionGroupConfigToJson,
  topicConfigFromJson,
  topicConfigToJson,
} from '@rocket-nest/common';
import type {
  DataVersionFields,
  MessageQueue,
  SubscriptionGroupConfig,
  TopicConfig,
} from '@rocket-nest/common';

import { bodyType, defineBody } from './body-definition';
import { declareField, int, long, text } from './body-field';
import type { PlainField } from './body-field';

const MessageQueueBody = defineBody('MessageQueue', {
  topic: text().required(),
  brokerName: text().required(),
  queueId: int().orElse(0),
});

export const DataVersionBody = defineBody('DataVersion', {
  counter: long().orElse(0),
  stateVersion: long().orElse(0),
  timestamp: long().orElse(0),
});

export const messageQueue = (): PlainField<MessageQueue> =>
  declareField(bodyType(MessageQueueBody));

const dataVersionType = bodyType(DataVersionBody);

export const dataVersion = (): PlainField<DataVersion, DataVersionFields> =>
  declareField({
    read: (value, path) => new DataVersion(dataVersionType.read(value, path)),
    write: (version: DataVersionFields) => dataVersionType.write(version),
  });

export const topicConfig = (): PlainField<TopicConfig> =>
  declareField({ read: (json) => topicConfigFromJson(json), write: topicConfigToJson });

export const subscriptionGroupConfig = (): PlainField<SubscriptionGroupConfig> =>
  declareField({
    read: (json) => subscriptionGroupConfigFromJson(json),
    write: subscriptionGroupConfigToJson,
  });
