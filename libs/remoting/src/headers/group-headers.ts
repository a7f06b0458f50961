/** Consumer and producer group administration. */
import { defineHeader } from '../protocol/header-definition';
import type { HeaderOf } from '../protocol/header-definition';
import { bool, int, text } from '../protocol/header-field';
import { rpcRequestFields, topicRequestFields } from './request-fields';

/** Request of DELETE_SUBSCRIPTIONGROUP (207). */
export const DeleteSubscriptionGroupRequestHeader = defineHeader(
  'DeleteSubscriptionGroupRequestHeader',
  {
    ...rpcRequestFields,
    groupName: text(),
    cleanOffset: bool().orElse(false),
  },
);
export type DeleteSubscriptionGroupRequestHeader = HeaderOf<
  typeof DeleteSubscriptionGroupRequestHeader
>;

/** Request of GET_ALL_PRODUCER_INFO (328). */
export const GetAllProducerInfoRequestHeader = defineHeader('GetAllProducerInfoRequestHeader', {});
export type GetAllProducerInfoRequestHeader = HeaderOf<typeof GetAllProducerInfoRequestHeader>;

/** Request of GET_ALL_SUBSCRIPTIONGROUP_CONFIG (201). */
export const GetAllSubscriptionGroupRequestHeader = defineHeader(
  'GetAllSubscriptionGroupRequestHeader',
  {
    groupSeq: int(),
    dataVersion: text().optional(),
    maxGroupNum: int().optional(),
  },
);
export type GetAllSubscriptionGroupRequestHeader = HeaderOf<
  typeof GetAllSubscriptionGroupRequestHeader
>;

/** Answer to GET_ALL_SUBSCRIPTIONGROUP_CONFIG (201). */
export const GetAllSubscriptionGroupResponseHeader = defineHeader(
  'GetAllSubscriptionGroupResponseHeader',
  {
    totalGroupNum: int(),
  },
);
export type GetAllSubscriptionGroupResponseHeader = HeaderOf<
  typeof GetAllSubscriptionGroupResponseHeader
>;

/** Request of GET_BROKER_CONSUME_STATS (317). */
export const GetConsumeStatsInBrokerHeader = defineHeader('GetConsumeStatsInBrokerHeader', {
  isOrder: bool().orElse(false),
});
export type GetConsumeStatsInBrokerHeader = HeaderOf<typeof GetConsumeStatsInBrokerHeader>;

/** Request of GET_CONSUME_STATS (208). */
export const GetConsumeStatsRequestHeader = defineHeader('GetConsumeStatsRequestHeader', {
  ...topicRequestFields,
  consumerGroup: text(),
  topic: text().optional(),
  topicList: text().optional(),
});
export type GetConsumeStatsRequestHeader = HeaderOf<typeof GetConsumeStatsRequestHeader>;

/** Request of GET_CONSUMER_CONNECTION_LIST (203). */
export const GetConsumerConnectionListRequestHeader = defineHeader(
  'GetConsumerConnectionListRequestHeader',
  {
    ...rpcRequestFields,
    consumerGroup: text(),
  },
);
export type GetConsumerConnectionListRequestHeader = HeaderOf<
  typeof GetConsumerConnectionListRequestHeader
>;

/** Request of GET_PRODUCER_CONNECTION_LIST (204). */
export const GetProducerConnectionListRequestHeader = defineHeader(
  'GetProducerConnectionListRequestHeader',
  {
    ...rpcRequestFields,
    producerGroup: text(),
  },
);
export type GetProducerConnectionListRequestHeader = HeaderOf<
  typeof GetProducerConnectionListRequestHeader
>;

/** Request of GET_SUBSCRIPTIONGROUP_CONFIG (352). */
export const GetSubscriptionGroupConfigRequestHeader = defineHeader(
  'GetSubscriptionGroupConfigRequestHeader',
  {
    ...rpcRequestFields,
    group: text(),
  },
);
export type GetSubscriptionGroupConfigRequestHeader = HeaderOf<
  typeof GetSubscriptionGroupConfigRequestHeader
>;

/** Request of QUERY_CONSUME_TIME_SPAN (303). */
export const QueryConsumeTimeSpanRequestHeader = defineHeader('QueryConsumeTimeSpanRequestHeader', {
  ...topicRequestFields,
  topic: text(),
  group: text(),
});
export type QueryConsumeTimeSpanRequestHeader = HeaderOf<typeof QueryConsumeTimeSpanRequestHeader>;

/** Request of QUERY_SUBSCRIPTION_BY_CONSUMER (345). */
export const QuerySubscriptionByConsumerRequestHeader = defineHeader(
  'QuerySubscriptionByConsumerRequestHeader',
  {
    ...topicRequestFields,
    group: text(),
    topic: text().optional(),
  },
);
export type QuerySubscriptionByConsumerRequestHeader = HeaderOf<
  typeof QuerySubscriptionByConsumerRequestHeader
>;

/** Request of QUERY_TOPIC_CONSUME_BY_WHO (300). */
export const QueryTopicConsumeByWhoRequestHeader = defineHeader(
  'QueryTopicConsumeByWhoRequestHeader',
  {
    ...topicRequestFields,
    topic: text(),
  },
);
export type QueryTopicConsumeByWhoRequestHeader = HeaderOf<
  typeof QueryTopicConsumeByWhoRequestHeader
>;

/** Request of QUERY_TOPICS_BY_CONSUMER (343). */
export const QueryTopicsByConsumerRequestHeader = defineHeader(
  'QueryTopicsByConsumerRequestHeader',
  {
    ...rpcRequestFields,
    group: text(),
  },
);
export type QueryTopicsByConsumerRequestHeader = HeaderOf<
  typeof QueryTopicsByConsumerRequestHeader
>;

/** Request of UPDATE_AND_GET_GROUP_FORBIDDEN (353). */
export const UpdateGroupForbiddenRequestHeader = defineHeader('UpdateGroupForbiddenRequestHeader', {
  ...topicRequestFields,
  group: text(),
  topic: text(),
  readable: bool().optional(),
});
export type UpdateGroupForbiddenRequestHeader = HeaderOf<typeof UpdateGroupForbiddenRequestHeader>;
