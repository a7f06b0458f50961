import { MixAll } from '@rocket-nest/common';

/** A broker: the addresses of its processes by broker id, 0 being the master. */
export interface RegisteredBroker {
  readonly cluster: string;
  readonly brokerName: string;
  readonly brokerAddrs: Map<number, string>;
  zoneName?: string | undefined;
  enableActingMaster: boolean;
}

/** Brokers by name with their addresses by broker id, and the cluster each belongs to. */
export class BrokerAddrTable {
  private readonly brokers = new Map<string, RegisteredBroker>();
  private readonly clusters = new Map<string, Set<string>>();

  get clusterCount(): number {
    return this.clusters.size;
  }

  get(brokerName: string): RegisteredBroker | undefined {
    return this.brokers.get(brokerName);
  }

  all(): IterableIterator<RegisteredBroker> {
    return this.brokers.values();
  }

  brokerNames(): IterableIterator<string> {
    return this.brokers.keys();
  }

  clusterNames(): IterableIterator<string> {
    return this.clusters.keys();
  }

  brokersOfCluster(clusterName: string): ReadonlySet<string> | undefined {
    return this.clusters.get(clusterName);
  }

  hasCluster(clusterName: string): boolean {
    return this.clusters.has(clusterName);
  }

  /** The broker of that name, made when it is new. */
  getOrAdd(clusterName: string, brokerName: string): RegisteredBroker {
    let names = this.clusters.get(clusterName);
    if (!names) this.clusters.set(clusterName, (names = new Set()));
    names.add(brokerName);
    let data = this.brokers.get(brokerName);
    if (!data) {
      data = {
        cluster: clusterName,
        brokerName,
        brokerAddrs: new Map(),
        enableActingMaster: false,
      };
      this.brokers.set(brokerName, data);
    }
    return data;
  }

  /**
   * Takes one address away. 'BROKER_REMOVED' when it was the broker's last one, 'REDUCED' when
   * others remain, 'UNKNOWN' when the broker has no such address.
   */
  removeAddr(clusterName: string, brokerName: string, addr: string): AddrRemoval {
    const data = this.brokers.get(brokerName);
    const entry = data && [...data.brokerAddrs].find(([, known]) => known === addr);
    if (!data || !entry) return 'UNKNOWN';
    data.brokerAddrs.delete(entry[0]);
    if (data.brokerAddrs.size > 0) return 'REDUCED';
    this.brokers.delete(brokerName);
    const names = this.clusters.get(clusterName);
    names?.delete(brokerName);
    if (names?.size === 0) this.clusters.delete(clusterName);
    return 'BROKER_REMOVED';
  }
}

export type AddrRemoval = 'UNKNOWN' | 'REDUCED' | 'BROKER_REMOVED';

/** The smallest broker id with an address; the master when there is one. */
export function minBrokerId(data: RegisteredBroker): number | undefined {
  return data.brokerAddrs.size === 0 ? undefined : Math.min(...data.brokerAddrs.keys());
}

export function hasMaster(data: RegisteredBroker): boolean {
  return data.brokerAddrs.has(MixAll.MASTER_ID);
}
