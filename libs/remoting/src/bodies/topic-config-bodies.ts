/** Tables of topics and groups, and broker registration. */
import { defineBody, nested } from './body-definition';
import type { BodyOf } from './body-definition';
import { bool, int, list, long, mapOf, text } from './body-field';
import { KVTable } from './common-bodies';
import { TopicQueueMappingDetail, TopicQueueMappingInfo } from './route-bodies';
import { topicFilterType } from './enum-fields';
import { dataVersion, subscriptionGroupConfig, topicConfig } from './model-fields';

export const TopicConfigSerializeWrapper = defineBody('TopicConfigSerializeWrapper', {
  dataVersion: dataVersion(),
  topicConfigTable: mapOf(topicConfig()).orMake(() => new Map()),
});
export type TopicConfigSerializeWrapper = BodyOf<typeof TopicConfigSerializeWrapper>;

export const TopicConfigAndMappingSerializeWrapper = defineBody(
  'TopicConfigAndMappingSerializeWrapper',
  {
    dataVersion: dataVersion(),
    mappingDataVersion: dataVersion(),
    topicConfigTable: mapOf(topicConfig()).orMake(() => new Map()),
    topicQueueMappingDetailMap: mapOf(nested(TopicQueueMappingDetail)).orMake(() => new Map()),
    topicQueueMappingInfoMap: mapOf(nested(TopicQueueMappingInfo)).orMake(() => new Map()),
  },
);
export type TopicConfigAndMappingSerializeWrapper = BodyOf<
  typeof TopicConfigAndMappingSerializeWrapper
>;

export const TopicConfigAndQueueMapping = defineBody('TopicConfigAndQueueMapping', {
  attributes: mapOf(text()).orMake(() => new Map()),
  mappingDetail: nested(TopicQueueMappingDetail),
  order: bool().orElse(false),
  perm: int().orElse(6),
  readQueueNums: int().orElse(16),
  topicFilterType: topicFilterType().orElse('SINGLE_TAG'),
  topicName: text(),
  topicSysFlag: int().orElse(0),
  writeQueueNums: int().orElse(16),
});
export type TopicConfigAndQueueMapping = BodyOf<typeof TopicConfigAndQueueMapping>;

export const TopicQueueMappingSerializeWrapper = defineBody('TopicQueueMappingSerializeWrapper', {
  dataVersion: dataVersion(),
  topicQueueMappingInfoMap: mapOf(nested(TopicQueueMappingDetail)),
});
export type TopicQueueMappingSerializeWrapper = BodyOf<typeof TopicQueueMappingSerializeWrapper>;

export const TopicRemappingDetailWrapper = defineBody('TopicRemappingDetailWrapper', {
  brokerConfigMap: mapOf(nested(TopicConfigAndQueueMapping)).orMake(() => new Map()),
  brokerToMapIn: list(text()).orMake(() => []),
  brokerToMapOut: list(text()).orMake(() => []),
  epoch: long().orElse(0),
  topic: text(),
  type: text(),
});
export type TopicRemappingDetailWrapper = BodyOf<typeof TopicRemappingDetailWrapper>;

export const RegisterBrokerBody = defineBody('RegisterBrokerBody', {
  filterServerList: list(text()).orMake(() => []),
  topicConfigSerializeWrapper: nested(TopicConfigAndMappingSerializeWrapper),
});
export type RegisterBrokerBody = BodyOf<typeof RegisterBrokerBody>;

export const RegisterBrokerResult = defineBody('RegisterBrokerResult', {
  haServerAddr: text(),
  kvTable: nested(KVTable),
  masterAddr: text(),
});
export type RegisterBrokerResult = BodyOf<typeof RegisterBrokerResult>;

export const CreateTopicListRequestBody = defineBody('CreateTopicListRequestBody', {
  topicConfigList: list(topicConfig()),
});
export type CreateTopicListRequestBody = BodyOf<typeof CreateTopicListRequestBody>;

export const SubscriptionGroupWrapper = defineBody('SubscriptionGroupWrapper', {
  dataVersion: dataVersion(),
  forbiddenTable: mapOf(mapOf(int())).orMake(() => new Map()),
  subscriptionGroupTable: mapOf(subscriptionGroupConfig()).orMake(() => new Map()),
});
export type SubscriptionGroupWrapper = BodyOf<typeof SubscriptionGroupWrapper>;

export const SubscriptionGroupList = defineBody('SubscriptionGroupList', {
  groupConfigList: list(subscriptionGroupConfig()),
});
export type SubscriptionGroupList = BodyOf<typeof SubscriptionGroupList>;

export const GroupForbidden = defineBody('GroupForbidden', {
  group: text(),
  readable: bool(),
  topic: text(),
});
export type GroupForbidden = BodyOf<typeof GroupForbidden>;
