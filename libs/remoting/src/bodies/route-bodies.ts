/** Routes and clusters. */
import { defineBody, nested } from './body-definition';
import type { BodyOf } from './body-definition';
import { bool, int, intMapOf, list, long, mapOf, text } from './body-field';

export const BrokerData = defineBody('BrokerData', {
  brokerAddrs: intMapOf(text()),
  brokerName: text().required(),
  cluster: text(),
  enableActingMaster: bool().orElse(false),
  zoneName: text(),
});
export type BrokerData = BodyOf<typeof BrokerData>;

export const QueueData = defineBody('QueueData', {
  brokerName: text().required(),
  perm: int().orElse(0),
  readQueueNums: int().orElse(0),
  topicSysFlag: int().orElse(0),
  writeQueueNums: int().orElse(0),
});
export type QueueData = BodyOf<typeof QueueData>;

export const LogicQueueMappingItem = defineBody('LogicQueueMappingItem', {
  bname: text(),
  endOffset: long().orElse(-1),
  gen: int().orElse(0),
  logicOffset: long().orElse(0),
  queueId: int().orElse(0),
  startOffset: long().orElse(0),
  timeOfEnd: long().orElse(-1),
  timeOfStart: long().orElse(-1),
});
export type LogicQueueMappingItem = BodyOf<typeof LogicQueueMappingItem>;

export const TopicQueueMappingInfo = defineBody('TopicQueueMappingInfo', {
  bname: text(),
  currIdMap: intMapOf(int()).orMake(() => new Map()),
  dirty: bool().orElse(false),
  epoch: long().orElse(0),
  scope: text().orElse('__global__'),
  topic: text(),
  totalQueues: int().orElse(0),
});
export type TopicQueueMappingInfo = BodyOf<typeof TopicQueueMappingInfo>;

export const TopicQueueMappingDetail = defineBody('TopicQueueMappingDetail', {
  bname: text(),
  currIdMap: intMapOf(int()).orMake(() => new Map()),
  dirty: bool().orElse(false),
  epoch: long().orElse(0),
  hostedQueues: intMapOf(list(nested(LogicQueueMappingItem))).orMake(() => new Map()),
  scope: text().orElse('__global__'),
  topic: text(),
  totalQueues: int().orElse(0),
});
export type TopicQueueMappingDetail = BodyOf<typeof TopicQueueMappingDetail>;

export const TopicRouteData = defineBody('TopicRouteData', {
  brokerDatas: list(nested(BrokerData)).orMake(() => []),
  filterServerTable: mapOf(list(text())).orMake(() => new Map()),
  orderTopicConf: text(),
  queueDatas: list(nested(QueueData)).orMake(() => []),
  topicQueueMappingByBroker: mapOf(nested(TopicQueueMappingInfo)),
});
export type TopicRouteData = BodyOf<typeof TopicRouteData>;

export const ClusterInfo = defineBody('ClusterInfo', {
  brokerAddrTable: mapOf(nested(BrokerData)),
  clusterAddrTable: mapOf(list(text())),
});
export type ClusterInfo = BodyOf<typeof ClusterInfo>;

export const BrokerMemberGroup = defineBody('BrokerMemberGroup', {
  brokerAddrs: intMapOf(text()).orMake(() => new Map()),
  brokerName: text(),
  cluster: text(),
});
export type BrokerMemberGroup = BodyOf<typeof BrokerMemberGroup>;

export const GetBrokerMemberGroupResponseBody = defineBody('GetBrokerMemberGroupResponseBody', {
  brokerMemberGroup: nested(BrokerMemberGroup),
});
export type GetBrokerMemberGroupResponseBody = BodyOf<typeof GetBrokerMemberGroupResponseBody>;
