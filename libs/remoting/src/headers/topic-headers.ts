/** Topic administration. */
import { defineHeader } from '../protocol/header-definition';
import type { HeaderOf } from '../protocol/header-definition';
import { bool, int, text } from '../protocol/header-field';
import { rpcRequestFields, topicRequestFields } from './request-fields';

/** Request of UPDATE_AND_CREATE_TOPIC_LIST (18). */
export const CreateTopicListRequestHeader = defineHeader('CreateTopicListRequestHeader', {
  ...rpcRequestFields,
});
export type CreateTopicListRequestHeader = HeaderOf<typeof CreateTopicListRequestHeader>;

/** Request of UPDATE_AND_CREATE_TOPIC (17), UPDATE_AND_CREATE_STATIC_TOPIC (513). */
export const CreateTopicRequestHeader = defineHeader('CreateTopicRequestHeader', {
  ...topicRequestFields,
  topic: text(),
  defaultTopic: text(),
  readQueueNums: int(),
  writeQueueNums: int(),
  perm: int(),
  topicFilterType: text(),
  topicSysFlag: int().optional(),
  order: bool().orElse(false),
  attributes: text().optional(),
  force: bool().orElse(false),
});
export type CreateTopicRequestHeader = HeaderOf<typeof CreateTopicRequestHeader>;

/** Request of DELETE_TOPIC_IN_BROKER (215). */
export const DeleteTopicRequestHeader = defineHeader('DeleteTopicRequestHeader', {
  ...topicRequestFields,
  topic: text(),
});
export type DeleteTopicRequestHeader = HeaderOf<typeof DeleteTopicRequestHeader>;

/** Request of GET_ALL_TOPIC_CONFIG (21). */
export const GetAllTopicConfigRequestHeader = defineHeader('GetAllTopicConfigRequestHeader', {
  topicSeq: int(),
  dataVersion: text().optional(),
  maxTopicNum: int().optional(),
});
export type GetAllTopicConfigRequestHeader = HeaderOf<typeof GetAllTopicConfigRequestHeader>;

/** Answer to GET_ALL_TOPIC_CONFIG (21). */
export const GetAllTopicConfigResponseHeader = defineHeader('GetAllTopicConfigResponseHeader', {
  totalTopicNum: int().optional(),
});
export type GetAllTopicConfigResponseHeader = HeaderOf<typeof GetAllTopicConfigResponseHeader>;

/** Request of GET_TOPIC_CONFIG (351). */
export const GetTopicConfigRequestHeader = defineHeader('GetTopicConfigRequestHeader', {
  ...topicRequestFields,
  topic: text(),
});
export type GetTopicConfigRequestHeader = HeaderOf<typeof GetTopicConfigRequestHeader>;

/** Request of GET_TOPIC_STATS_INFO (202). */
export const GetTopicStatsInfoRequestHeader = defineHeader('GetTopicStatsInfoRequestHeader', {
  ...topicRequestFields,
  topic: text(),
});
export type GetTopicStatsInfoRequestHeader = HeaderOf<typeof GetTopicStatsInfoRequestHeader>;
