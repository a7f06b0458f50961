import { MixAll } from '@rocket-nest/common';
import type { TopicRouteData } from '@rocket-nest/remoting';

/**
 * What a client that stays in its zone sees of a route: brokers of that zone, and brokers without a
 * master, since being near does not help where nobody can write.
 */
export function filterByZone(route: TopicRouteData, zoneName: string): TopicRouteData {
  const zone = zoneName.toLowerCase();
  const hidden = route.brokerDatas.filter(
    (broker) =>
      broker.brokerAddrs?.has(MixAll.MASTER_ID) && broker.zoneName?.toLowerCase() !== zone,
  );
  if (hidden.length === 0) return route;
  const hiddenNames = new Set(hidden.map((broker) => broker.brokerName));
  const hiddenAddrs = new Set(hidden.flatMap((broker) => [...(broker.brokerAddrs ?? []).values()]));
  return {
    ...route,
    brokerDatas: route.brokerDatas.filter((broker) => !hiddenNames.has(broker.brokerName)),
    queueDatas: route.queueDatas.filter((queue) => !hiddenNames.has(queue.brokerName)),
    filterServerTable: new Map(
      [...route.filterServerTable].filter(([addr]) => !hiddenAddrs.has(addr)),
    ),
  };
}
