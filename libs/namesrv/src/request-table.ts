import { RequestCode } from '@rocket-nest/remoting';
import type { NamesrvProcessor } from './processor/namesrv-processor';
import type { NamesrvProcessors } from './namesrv-processors';

/**
 * Who may send a request once authentication is on. `CLIENT`: who may publish to, subscribe to or
 * look up the topic (or the group of a retry topic). `BROKER`: a broker of the cluster. `ADMIN`:
 * who may read or change the cluster.
 */
export type RequestAccess = 'PUBLIC' | 'CLIENT' | 'BROKER' | 'ADMIN';

/** One request code with who may send it and what answers it. */
export interface RequestTableEntry {
  readonly code: number;
  readonly access: RequestAccess;
  readonly process: NamesrvProcessor;
}

type CodeName = keyof typeof RequestCode;

/** Every request that a name server answers; anything else is REQUEST_CODE_NOT_SUPPORTED. */
export function createRequestTable(p: NamesrvProcessors): ReadonlyMap<number, RequestTableEntry> {
  const { register, lifecycle, route, topics, lists, cluster, kvConfig, config } = p;
  const rows: readonly (readonly [CodeName, RequestAccess, NamesrvProcessor])[] = [
    ['REGISTER_BROKER', 'BROKER', (r, c) => register.registerBroker(r, c)],
    ['UNREGISTER_BROKER', 'BROKER', (r) => lifecycle.unregisterBroker(r)],
    ['BROKER_HEARTBEAT', 'BROKER', (r) => lifecycle.brokerHeartbeat(r)],
    ['QUERY_DATA_VERSION', 'BROKER', (r) => lifecycle.queryDataVersion(r)],
    ['GET_BROKER_MEMBER_GROUP', 'BROKER', (r) => lifecycle.getBrokerMemberGroup(r)],
    ['REGISTER_TOPIC_IN_NAMESRV', 'BROKER', (r) => topics.registerTopic(r)],
    ['GET_ROUTEINFO_BY_TOPIC', 'CLIENT', (r) => route.getRouteInfoByTopic(r)],
    ['GET_BROKER_CLUSTER_INFO', 'ADMIN', (r) => cluster.getBrokerClusterInfo(r)],
    ['WIPE_WRITE_PERM_OF_BROKER', 'ADMIN', (r) => topics.wipeWritePermOfBroker(r)],
    ['ADD_WRITE_PERM_OF_BROKER', 'ADMIN', (r) => topics.addWritePermOfBroker(r)],
    ['DELETE_TOPIC_IN_NAMESRV', 'ADMIN', (r) => topics.deleteTopic(r)],
    ['GET_ALL_TOPIC_LIST_FROM_NAMESERVER', 'ADMIN', (r) => lists.getAllTopicList(r)],
    ['GET_TOPICS_BY_CLUSTER', 'ADMIN', (r) => lists.getTopicsByCluster(r)],
    ['GET_SYSTEM_TOPIC_LIST_FROM_NS', 'ADMIN', (r) => lists.getSystemTopicList(r)],
    ['GET_UNIT_TOPIC_LIST', 'ADMIN', (r) => lists.getUnitTopicList(r)],
    ['GET_HAS_UNIT_SUB_TOPIC_LIST', 'ADMIN', (r) => lists.getHasUnitSubTopicList(r)],
    ['GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST', 'ADMIN', (r) => lists.getHasUnitSubUnunitTopicList(r)],
    ['PUT_KV_CONFIG', 'ADMIN', (r) => kvConfig.putKVConfig(r)],
    ['GET_KV_CONFIG', 'ADMIN', (r) => kvConfig.getKVConfig(r)],
    ['DELETE_KV_CONFIG', 'ADMIN', (r) => kvConfig.deleteKVConfig(r)],
    ['GET_KVLIST_BY_NAMESPACE', 'ADMIN', (r) => kvConfig.getKVListByNamespace(r)],
    ['UPDATE_NAMESRV_CONFIG', 'ADMIN', (r) => config.updateConfig(r)],
    ['GET_NAMESRV_CONFIG', 'ADMIN', (r) => config.getConfig(r)],
  ];
  return new Map(
    rows.map(([name, access, process]) => {
      const code = RequestCode[name];
      return [code, { code, access, process }];
    }),
  );
}
