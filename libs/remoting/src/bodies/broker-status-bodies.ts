/** Figures and state of brokers. */
import { defineBody, nested } from './body-definition';
import type { BodyOf } from './body-definition';
import { bool, double, int, list, long, mapOf, text } from './body-field';
import { BrokerMemberGroup } from './route-bodies';

export const BrokerStatsItem = defineBody('BrokerStatsItem', {
  avgpt: double().orElse(0.0),
  sum: long().orElse(0),
  tps: double().orElse(0.0),
});
export type BrokerStatsItem = BodyOf<typeof BrokerStatsItem>;

export const BrokerStatsData = defineBody('BrokerStatsData', {
  statsDay: nested(BrokerStatsItem),
  statsHour: nested(BrokerStatsItem),
  statsMinute: nested(BrokerStatsItem),
});
export type BrokerStatsData = BodyOf<typeof BrokerStatsData>;

export const HARuntimeInfoHAConnectionRuntimeInfo = defineBody(
  'HARuntimeInfo.HAConnectionRuntimeInfo',
  {
    addr: text(),
    diff: long().orElse(0),
    inSync: bool().orElse(false),
    slaveAckOffset: long().orElse(0),
    transferFromWhere: long().orElse(0),
    transferredByteInSecond: long().orElse(0),
  },
);
export type HARuntimeInfoHAConnectionRuntimeInfo = BodyOf<
  typeof HARuntimeInfoHAConnectionRuntimeInfo
>;

export const HARuntimeInfoHAClientRuntimeInfo = defineBody('HARuntimeInfo.HAClientRuntimeInfo', {
  lastReadTimestamp: long().orElse(0),
  lastWriteTimestamp: long().orElse(0),
  masterAddr: text(),
  masterFlushOffset: long().orElse(0),
  maxOffset: long().orElse(0),
  transferredByteInSecond: long().orElse(0),
});
export type HARuntimeInfoHAClientRuntimeInfo = BodyOf<typeof HARuntimeInfoHAClientRuntimeInfo>;

export const HARuntimeInfo = defineBody('HARuntimeInfo', {
  haClientRuntimeInfo: nested(HARuntimeInfoHAClientRuntimeInfo),
  haConnectionInfo: list(nested(HARuntimeInfoHAConnectionRuntimeInfo)).orMake(() => []),
  inSyncSlaveNums: int().orElse(0),
  master: bool().orElse(false),
  masterCommitLogMaxOffset: long().orElse(0),
});
export type HARuntimeInfo = BodyOf<typeof HARuntimeInfo>;

export const BrokerSyncInfo = defineBody('BrokerSyncInfo', {
  masterAddress: text(),
  masterFlushOffset: long().orElse(0),
  masterHaAddress: text(),
});
export type BrokerSyncInfo = BodyOf<typeof BrokerSyncInfo>;

export const EpochEntry = defineBody('EpochEntry', {
  endOffset: long().orElse(0),
  epoch: int().orElse(0),
  startOffset: long().orElse(0),
});
export type EpochEntry = BodyOf<typeof EpochEntry>;

export const EpochEntryCache = defineBody('EpochEntryCache', {
  brokerId: long().orElse(0),
  brokerName: text(),
  clusterName: text(),
  epochList: list(nested(EpochEntry)),
  maxOffset: long().orElse(0),
});
export type EpochEntryCache = BodyOf<typeof EpochEntryCache>;

export const SyncStateSet = defineBody('SyncStateSet', {
  syncStateSet: list(long()),
  syncStateSetEpoch: int().orElse(0),
});
export type SyncStateSet = BodyOf<typeof SyncStateSet>;

export const RoleChangeNotifyEntry = defineBody('RoleChangeNotifyEntry', {
  brokerMemberGroup: nested(BrokerMemberGroup),
  masterAddress: text(),
  masterBrokerId: long(),
  masterEpoch: int().orElse(0),
  syncStateSet: list(long()),
  syncStateSetEpoch: int().orElse(0),
});
export type RoleChangeNotifyEntry = BodyOf<typeof RoleChangeNotifyEntry>;

export const ElectMasterResponseBody = defineBody('ElectMasterResponseBody', {
  brokerMemberGroup: nested(BrokerMemberGroup),
  syncStateSet: list(long()).orMake(() => []),
});
export type ElectMasterResponseBody = BodyOf<typeof ElectMasterResponseBody>;

export const BrokerReplicasInfoReplicaIdentity = defineBody('BrokerReplicasInfo.ReplicaIdentity', {
  alive: bool(),
  brokerAddress: text(),
  brokerId: long(),
  brokerName: text(),
});
export type BrokerReplicasInfoReplicaIdentity = BodyOf<typeof BrokerReplicasInfoReplicaIdentity>;

export const BrokerReplicasInfoReplicasInfo = defineBody('BrokerReplicasInfo.ReplicasInfo', {
  inSyncReplicas: list(nested(BrokerReplicasInfoReplicaIdentity)),
  masterAddress: text(),
  masterBrokerId: long(),
  masterEpoch: int(),
  notInSyncReplicas: list(nested(BrokerReplicasInfoReplicaIdentity)),
  syncStateSetEpoch: int(),
});
export type BrokerReplicasInfoReplicasInfo = BodyOf<typeof BrokerReplicasInfoReplicasInfo>;

export const BrokerReplicasInfo = defineBody('BrokerReplicasInfo', {
  replicasInfoTable: mapOf(nested(BrokerReplicasInfoReplicasInfo)).orMake(() => new Map()),
});
export type BrokerReplicasInfo = BodyOf<typeof BrokerReplicasInfo>;

export const CheckRocksdbCqWriteResult = defineBody('CheckRocksdbCqWriteResult', {
  checkResult: text(),
  checkStatus: int().orElse(0),
});
export type CheckRocksdbCqWriteResult = BodyOf<typeof CheckRocksdbCqWriteResult>;
