/** Controller and broker roles. */
import { defineHeader } from '../protocol/header-definition';
import type { HeaderOf } from '../protocol/header-definition';
import { bool, int, long, text } from '../protocol/header-field';

/** Request of CONTROLLER_ALTER_SYNC_STATE_SET (1001). */
export const AlterSyncStateSetRequestHeader = defineHeader('AlterSyncStateSetRequestHeader', {
  brokerName: text().optional(),
  masterBrokerId: long().optional(),
  masterEpoch: int().optional(),
  invokeTime: long().optional(),
});
export type AlterSyncStateSetRequestHeader = HeaderOf<typeof AlterSyncStateSetRequestHeader>;

/** Answer to CONTROLLER_ALTER_SYNC_STATE_SET (1001). */
export const AlterSyncStateSetResponseHeader = defineHeader('AlterSyncStateSetResponseHeader', {
  newSyncStateSetEpoch: int().orElse(0),
});
export type AlterSyncStateSetResponseHeader = HeaderOf<typeof AlterSyncStateSetResponseHeader>;

/** Request of CONTROLLER_APPLY_BROKER_ID (1013). */
export const ApplyBrokerIdRequestHeader = defineHeader('ApplyBrokerIdRequestHeader', {
  clusterName: text().optional(),
  brokerName: text().optional(),
  appliedBrokerId: long().optional(),
  registerCheckCode: text().optional(),
});
export type ApplyBrokerIdRequestHeader = HeaderOf<typeof ApplyBrokerIdRequestHeader>;

/** Answer to CONTROLLER_APPLY_BROKER_ID (1013). */
export const ApplyBrokerIdResponseHeader = defineHeader('ApplyBrokerIdResponseHeader', {
  clusterName: text().optional(),
  brokerName: text().optional(),
});
export type ApplyBrokerIdResponseHeader = HeaderOf<typeof ApplyBrokerIdResponseHeader>;

/** Request of BROKER_CLOSE_CHANNEL_REQUEST (1014). */
export const BrokerCloseChannelRequest = defineHeader('BrokerCloseChannelRequest', {
  clusterName: text().optional(),
  brokerName: text().optional(),
  brokerId: long().optional(),
});
export type BrokerCloseChannelRequest = HeaderOf<typeof BrokerCloseChannelRequest>;

export const BrokerCloseChannelResponse = defineHeader('BrokerCloseChannelResponse', {});
export type BrokerCloseChannelResponse = HeaderOf<typeof BrokerCloseChannelResponse>;

/** Request of CHECK_NOT_ACTIVE_BROKER_REQUEST (1015). */
export const CheckNotActiveBrokerRequest = defineHeader('CheckNotActiveBrokerRequest', {
  checkTimeMillis: long().optional(),
});
export type CheckNotActiveBrokerRequest = HeaderOf<typeof CheckNotActiveBrokerRequest>;

export const CheckNotActiveBrokerResponse = defineHeader('CheckNotActiveBrokerResponse', {});
export type CheckNotActiveBrokerResponse = HeaderOf<typeof CheckNotActiveBrokerResponse>;

/** Request of CLEAN_BROKER_DATA (1011). */
export const CleanControllerBrokerDataRequestHeader = defineHeader(
  'CleanControllerBrokerDataRequestHeader',
  {
    clusterName: text().optional(),
    brokerName: text(),
    brokerControllerIdsToClean: text().optional(),
    isCleanLivingBroker: bool().orElse(false),
    invokeTime: long().optional(),
  },
);
export type CleanControllerBrokerDataRequestHeader = HeaderOf<
  typeof CleanControllerBrokerDataRequestHeader
>;

/** Request of CONTROLLER_ELECT_MASTER (1002). */
export const ElectMasterRequestHeader = defineHeader('ElectMasterRequestHeader', {
  clusterName: text().orElse(''),
  brokerName: text().orElse(''),
  brokerId: long().orElse(-1),
  designateElect: bool().orElse(false),
  invokeTime: long().optional(),
});
export type ElectMasterRequestHeader = HeaderOf<typeof ElectMasterRequestHeader>;

/** Answer to CONTROLLER_ELECT_MASTER (1002). */
export const ElectMasterResponseHeader = defineHeader('ElectMasterResponseHeader', {
  masterBrokerId: long().optional(),
  masterAddress: text().optional(),
  masterEpoch: int().optional(),
  syncStateSetEpoch: int().optional(),
});
export type ElectMasterResponseHeader = HeaderOf<typeof ElectMasterResponseHeader>;

/** Request of GET_BROKER_LIVE_INFO_REQUEST (1016). */
export const GetBrokerLiveInfoRequest = defineHeader('GetBrokerLiveInfoRequest', {
  clusterName: text().optional(),
  brokerName: text().optional(),
  brokerId: long().optional(),
});
export type GetBrokerLiveInfoRequest = HeaderOf<typeof GetBrokerLiveInfoRequest>;

export const GetBrokerLiveInfoResponse = defineHeader('GetBrokerLiveInfoResponse', {});
export type GetBrokerLiveInfoResponse = HeaderOf<typeof GetBrokerLiveInfoResponse>;

/** Answer to CONTROLLER_GET_METADATA_INFO (1005). */
export const GetMetaDataResponseHeader = defineHeader('GetMetaDataResponseHeader', {
  group: text().optional(),
  controllerLeaderId: text().optional(),
  controllerLeaderAddress: text().optional(),
  isLeader: bool().orElse(false),
  peers: text().optional(),
});
export type GetMetaDataResponseHeader = HeaderOf<typeof GetMetaDataResponseHeader>;

/** Request of CONTROLLER_GET_NEXT_BROKER_ID (1012). */
export const GetNextBrokerIdRequestHeader = defineHeader('GetNextBrokerIdRequestHeader', {
  clusterName: text().optional(),
  brokerName: text().optional(),
});
export type GetNextBrokerIdRequestHeader = HeaderOf<typeof GetNextBrokerIdRequestHeader>;

/** Answer to CONTROLLER_GET_NEXT_BROKER_ID (1012). */
export const GetNextBrokerIdResponseHeader = defineHeader('GetNextBrokerIdResponseHeader', {
  clusterName: text().optional(),
  brokerName: text().optional(),
  nextBrokerId: long().optional(),
});
export type GetNextBrokerIdResponseHeader = HeaderOf<typeof GetNextBrokerIdResponseHeader>;

/** Request of CONTROLLER_GET_REPLICA_INFO (1004). */
export const GetReplicaInfoRequestHeader = defineHeader('GetReplicaInfoRequestHeader', {
  brokerName: text().optional(),
});
export type GetReplicaInfoRequestHeader = HeaderOf<typeof GetReplicaInfoRequestHeader>;

/** Answer to CONTROLLER_GET_REPLICA_INFO (1004). */
export const GetReplicaInfoResponseHeader = defineHeader('GetReplicaInfoResponseHeader', {
  masterBrokerId: long().optional(),
  masterAddress: text().optional(),
  masterEpoch: int().optional(),
});
export type GetReplicaInfoResponseHeader = HeaderOf<typeof GetReplicaInfoResponseHeader>;

/** Request of GET_SYNC_STATE_DATA_REQUEST (1017). */
export const GetSyncStateDataRequest = defineHeader('GetSyncStateDataRequest', {
  invokeTime: long().optional(),
});
export type GetSyncStateDataRequest = HeaderOf<typeof GetSyncStateDataRequest>;

/** Request of NOTIFY_BROKER_ROLE_CHANGED (1008). */
export const NotifyBrokerRoleChangedRequestHeader = defineHeader(
  'NotifyBrokerRoleChangedRequestHeader',
  {
    masterAddress: text().optional(),
    masterEpoch: int().optional(),
    syncStateSetEpoch: int().optional(),
    masterBrokerId: long().optional(),
  },
);
export type NotifyBrokerRoleChangedRequestHeader = HeaderOf<
  typeof NotifyBrokerRoleChangedRequestHeader
>;

/** Request of RAFT_BROKER_HEART_BEAT_EVENT_REQUEST (1018). */
export const RaftBrokerHeartBeatEventRequest = defineHeader('RaftBrokerHeartBeatEventRequest', {
  clusterNameIdentityInfo: text().optional(),
  brokerNameIdentityInfo: text().optional(),
  brokerIdIdentityInfo: long().optional(),
  brokerName: text().optional(),
  brokerAddr: text().optional(),
  heartbeatTimeoutMillis: long().optional(),
  brokerId: long().optional(),
  lastUpdateTimestamp: long().optional(),
  epoch: int().optional(),
  maxOffset: long().optional(),
  confirmOffset: long().optional(),
  electionPriority: int().optional(),
});
export type RaftBrokerHeartBeatEventRequest = HeaderOf<typeof RaftBrokerHeartBeatEventRequest>;

export const RaftBrokerHeartBeatEventResponse = defineHeader(
  'RaftBrokerHeartBeatEventResponse',
  {},
);
export type RaftBrokerHeartBeatEventResponse = HeaderOf<typeof RaftBrokerHeartBeatEventResponse>;

/** Request of CONTROLLER_REGISTER_BROKER (1003). */
export const RegisterBrokerToControllerRequestHeader = defineHeader(
  'RegisterBrokerToControllerRequestHeader',
  {
    clusterName: text().optional(),
    brokerName: text().optional(),
    brokerId: long().optional(),
    brokerAddress: text().optional(),
    invokeTime: long().orElse(0),
  },
);
export type RegisterBrokerToControllerRequestHeader = HeaderOf<
  typeof RegisterBrokerToControllerRequestHeader
>;

/** Answer to CONTROLLER_REGISTER_BROKER (1003). */
export const RegisterBrokerToControllerResponseHeader = defineHeader(
  'RegisterBrokerToControllerResponseHeader',
  {
    clusterName: text().optional(),
    brokerName: text().optional(),
    masterBrokerId: long().optional(),
    masterAddress: text().optional(),
    masterEpoch: int().optional(),
    syncStateSetEpoch: int().optional(),
  },
);
export type RegisterBrokerToControllerResponseHeader = HeaderOf<
  typeof RegisterBrokerToControllerResponseHeader
>;
