/** Name server: routes, broker registration, key-value config. */
import { defineHeader } from '../protocol/header-definition';
import type { HeaderOf } from '../protocol/header-definition';
import { bool, int, long, text } from '../protocol/header-field';
import { topicRequestFields } from './request-fields';

/** Request of ADD_WRITE_PERM_OF_BROKER (327). */
export const AddWritePermOfBrokerRequestHeader = defineHeader('AddWritePermOfBrokerRequestHeader', {
  brokerName: text(),
});
export type AddWritePermOfBrokerRequestHeader = HeaderOf<typeof AddWritePermOfBrokerRequestHeader>;

/** Answer to ADD_WRITE_PERM_OF_BROKER (327). */
export const AddWritePermOfBrokerResponseHeader = defineHeader(
  'AddWritePermOfBrokerResponseHeader',
  {
    addTopicCount: int(),
  },
);
export type AddWritePermOfBrokerResponseHeader = HeaderOf<
  typeof AddWritePermOfBrokerResponseHeader
>;

/** Request of BROKER_HEARTBEAT (904). */
export const BrokerHeartbeatRequestHeader = defineHeader('BrokerHeartbeatRequestHeader', {
  clusterName: text(),
  brokerAddr: text(),
  brokerName: text(),
  brokerId: long().optional(),
  epoch: int().optional(),
  maxOffset: long().optional(),
  confirmOffset: long().optional(),
  heartbeatTimeoutMills: long().optional(),
  electionPriority: int().optional(),
});
export type BrokerHeartbeatRequestHeader = HeaderOf<typeof BrokerHeartbeatRequestHeader>;

/** Request of DELETE_KV_CONFIG (102). */
export const DeleteKVConfigRequestHeader = defineHeader('DeleteKVConfigRequestHeader', {
  namespace: text(),
  key: text(),
});
export type DeleteKVConfigRequestHeader = HeaderOf<typeof DeleteKVConfigRequestHeader>;

/** Request of DELETE_TOPIC_IN_NAMESRV (216). */
export const DeleteTopicFromNamesrvRequestHeader = defineHeader(
  'DeleteTopicFromNamesrvRequestHeader',
  {
    ...topicRequestFields,
    topic: text(),
    clusterName: text().optional(),
  },
);
export type DeleteTopicFromNamesrvRequestHeader = HeaderOf<
  typeof DeleteTopicFromNamesrvRequestHeader
>;

/** Request of GET_BROKER_MEMBER_GROUP (901). */
export const GetBrokerMemberGroupRequestHeader = defineHeader('GetBrokerMemberGroupRequestHeader', {
  clusterName: text(),
  brokerName: text(),
});
export type GetBrokerMemberGroupRequestHeader = HeaderOf<typeof GetBrokerMemberGroupRequestHeader>;

/** Request of GET_KV_CONFIG (101). */
export const GetKVConfigRequestHeader = defineHeader('GetKVConfigRequestHeader', {
  namespace: text(),
  key: text(),
});
export type GetKVConfigRequestHeader = HeaderOf<typeof GetKVConfigRequestHeader>;

/** Answer to GET_KV_CONFIG (101). */
export const GetKVConfigResponseHeader = defineHeader('GetKVConfigResponseHeader', {
  value: text().optional(),
});
export type GetKVConfigResponseHeader = HeaderOf<typeof GetKVConfigResponseHeader>;

/** Request of GET_KVLIST_BY_NAMESPACE (219). */
export const GetKVListByNamespaceRequestHeader = defineHeader('GetKVListByNamespaceRequestHeader', {
  namespace: text(),
});
export type GetKVListByNamespaceRequestHeader = HeaderOf<typeof GetKVListByNamespaceRequestHeader>;

/** Request of GET_ROUTEINFO_BY_TOPIC (105). */
export const GetRouteInfoRequestHeader = defineHeader('GetRouteInfoRequestHeader', {
  ...topicRequestFields,
  topic: text(),
  acceptStandardJsonOnly: bool().optional(),
});
export type GetRouteInfoRequestHeader = HeaderOf<typeof GetRouteInfoRequestHeader>;

/** Request of GET_TOPICS_BY_CLUSTER (224). */
export const GetTopicsByClusterRequestHeader = defineHeader('GetTopicsByClusterRequestHeader', {
  cluster: text(),
});
export type GetTopicsByClusterRequestHeader = HeaderOf<typeof GetTopicsByClusterRequestHeader>;

/** Request of NOTIFY_MIN_BROKER_ID_CHANGE (905). */
export const NotifyMinBrokerIdChangeRequestHeader = defineHeader(
  'NotifyMinBrokerIdChangeRequestHeader',
  {
    minBrokerId: long().optional(),
    brokerName: text().optional(),
    minBrokerAddr: text().optional(),
    offlineBrokerAddr: text().optional(),
    haBrokerAddr: text().optional(),
  },
);
export type NotifyMinBrokerIdChangeRequestHeader = HeaderOf<
  typeof NotifyMinBrokerIdChangeRequestHeader
>;

/** Request of PUT_KV_CONFIG (100). */
export const PutKVConfigRequestHeader = defineHeader('PutKVConfigRequestHeader', {
  namespace: text(),
  key: text(),
  value: text(),
});
export type PutKVConfigRequestHeader = HeaderOf<typeof PutKVConfigRequestHeader>;

/** Request of QUERY_DATA_VERSION (322). */
export const QueryDataVersionRequestHeader = defineHeader('QueryDataVersionRequestHeader', {
  brokerName: text(),
  brokerAddr: text(),
  clusterName: text(),
  brokerId: long(),
});
export type QueryDataVersionRequestHeader = HeaderOf<typeof QueryDataVersionRequestHeader>;

/** Answer to QUERY_DATA_VERSION (322). */
export const QueryDataVersionResponseHeader = defineHeader('QueryDataVersionResponseHeader', {
  changed: bool(),
});
export type QueryDataVersionResponseHeader = HeaderOf<typeof QueryDataVersionResponseHeader>;

/** Request of REGISTER_BROKER (103). */
export const RegisterBrokerRequestHeader = defineHeader('RegisterBrokerRequestHeader', {
  brokerName: text(),
  brokerAddr: text(),
  clusterName: text(),
  haServerAddr: text(),
  brokerId: long(),
  heartbeatTimeoutMillis: long().optional(),
  enableActingMaster: bool().optional(),
  compressed: bool().orElse(false),
  bodyCrc32: int().orElse(0),
});
export type RegisterBrokerRequestHeader = HeaderOf<typeof RegisterBrokerRequestHeader>;

/** Answer to REGISTER_BROKER (103). */
export const RegisterBrokerResponseHeader = defineHeader('RegisterBrokerResponseHeader', {
  haServerAddr: text().optional(),
  masterAddr: text().optional(),
});
export type RegisterBrokerResponseHeader = HeaderOf<typeof RegisterBrokerResponseHeader>;

export const RegisterOrderTopicRequestHeader = defineHeader('RegisterOrderTopicRequestHeader', {
  topic: text(),
  orderTopicString: text(),
});
export type RegisterOrderTopicRequestHeader = HeaderOf<typeof RegisterOrderTopicRequestHeader>;

/** Request of REGISTER_TOPIC_IN_NAMESRV (217). */
export const RegisterTopicRequestHeader = defineHeader('RegisterTopicRequestHeader', {
  ...topicRequestFields,
  topic: text(),
});
export type RegisterTopicRequestHeader = HeaderOf<typeof RegisterTopicRequestHeader>;

/** Request of REMOVE_BROKER (903). */
export const RemoveBrokerRequestHeader = defineHeader('RemoveBrokerRequestHeader', {
  brokerName: text(),
  brokerClusterName: text(),
  brokerId: long(),
});
export type RemoveBrokerRequestHeader = HeaderOf<typeof RemoveBrokerRequestHeader>;

/** Request of UNREGISTER_BROKER (104). */
export const UnRegisterBrokerRequestHeader = defineHeader('UnRegisterBrokerRequestHeader', {
  brokerName: text(),
  brokerAddr: text(),
  clusterName: text(),
  brokerId: long(),
});
export type UnRegisterBrokerRequestHeader = HeaderOf<typeof UnRegisterBrokerRequestHeader>;

/** Request of WIPE_WRITE_PERM_OF_BROKER (205). */
export const WipeWritePermOfBrokerRequestHeader = defineHeader(
  'WipeWritePermOfBrokerRequestHeader',
  {
    brokerName: text(),
  },
);
export type WipeWritePermOfBrokerRequestHeader = HeaderOf<
  typeof WipeWritePermOfBrokerRequestHeader
>;

/** Answer to WIPE_WRITE_PERM_OF_BROKER (205). */
export const WipeWritePermOfBrokerResponseHeader = defineHeader(
  'WipeWritePermOfBrokerResponseHeader',
  {
    wipeTopicCount: int(),
  },
);
export type WipeWritePermOfBrokerResponseHeader = HeaderOf<
  typeof WipeWritePermOfBrokerResponseHeader
>;
