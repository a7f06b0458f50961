import { MixAll, PermName } from '@rocket-nest/common';
import type { QueueData, TopicRouteData } from '@rocket-nest/remoting';
import { hasMaster, minBrokerId, type RegisteredBroker } from './broker-addr-table';
import type { RouteTables } from './route-tables';

/** Topics of this prefix tell slaves of each other; an acting master would hide them. */
const SYNC_BROKER_MEMBER_PREFIX = 'rmq_sys_SYNC_BROKER_MEMBER_';

/**
 * The route of a topic as the tables have it, copied, so that an answer cannot change them.
 * Undefined when no known broker serves the topic.
 *
 * With `supportActingMaster` a broker without master that allows it is shown with its smallest
 * slave as master, as long as its queues are read-only.
 */
export function pickupTopicRouteData(
  tables: RouteTables,
  topic: string,
  supportActingMaster: boolean,
): TopicRouteData | undefined {
  const queues = tables.topics.brokersOf(topic);
  if (!queues) return undefined;
  const queueDatas = [...queues.values()];
  const brokerDatas: RegisteredBroker[] = [];
  const filterServerTable = new Map<string, string[]>();
  for (const brokerName of queues.keys()) {
    const data = tables.brokers.get(brokerName);
    if (!data) continue;
    brokerDatas.push({ ...data, brokerAddrs: new Map(data.brokerAddrs) });
    addFilterServers(tables, data, filterServerTable);
  }
  if (brokerDatas.length === 0) return undefined;
  const mappings = tables.mappings.of(topic);
  if (supportActingMaster && !topic.startsWith(SYNC_BROKER_MEMBER_PREFIX)) {
    for (const data of brokerDatas) promoteActingMaster(data, queues.get(data.brokerName));
  }
  return {
    queueDatas,
    brokerDatas,
    filterServerTable,
    ...(mappings && { topicQueueMappingByBroker: new Map(mappings) }),
  };
}

function addFilterServers(
  tables: RouteTables,
  data: RegisteredBroker,
  filterServerTable: Map<string, string[]>,
): void {
  for (const addr of data.brokerAddrs.values()) {
    const servers = tables.live.get(data.cluster, addr)?.filterServerList;
    if (servers && servers.length > 0) filterServerTable.set(addr, [...servers]);
  }
}

function promoteActingMaster(data: RegisteredBroker, queues: QueueData | undefined): void {
  const actingId = minBrokerId(data);
  if (!data.enableActingMaster || hasMaster(data) || actingId === undefined || !queues) return;
  if ((queues.perm & PermName.PERM_WRITE) !== 0) return;
  const addr = data.brokerAddrs.get(actingId);
  if (addr === undefined) return;
  data.brokerAddrs.delete(actingId);
  data.brokerAddrs.set(MixAll.MASTER_ID, addr);
}
