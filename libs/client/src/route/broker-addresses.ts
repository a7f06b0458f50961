import type { TopicRoute } from './topic-route';

const MASTER_ID = 0;

/** One broker process. */
export interface BrokerAddress {
  readonly brokerName: string;
  /** 0 is the master of its name. */
  readonly brokerId: number;
  readonly address: string;
}

/** Broker names to addresses, as the routes in use tell them. */
export class BrokerAddresses {
  private byName = new Map<string, ReadonlyMap<number, string>>();

  /** Takes over what `routes` say and forgets the brokers that none of them names. */
  rebuild(routes: Iterable<TopicRoute>): void {
    const byName = new Map<string, Map<number, string>>();
    for (const route of routes) {
      for (const { brokerName, brokerAddrs = new Map() } of route.data.brokerDatas) {
        const known = byName.get(brokerName);
        if (!known) byName.set(brokerName, new Map(brokerAddrs));
        else for (const [brokerId, address] of brokerAddrs) known.set(brokerId, address);
      }
    }
    this.byName = byName;
  }

  all(): BrokerAddress[] {
    return [...this.byName].flatMap(([brokerName, addresses]) =>
      [...addresses].map(([brokerId, address]) => ({ brokerName, brokerId, address })),
    );
  }

  /** Where to send to. */
  masterOf(brokerName: string): string | undefined {
    return this.byName.get(brokerName)?.get(MASTER_ID);
  }

  /** Where to read from: the broker asked for, else the master, else any slave. */
  readable(brokerName: string, brokerId: number = MASTER_ID): BrokerAddress | undefined {
    const addresses = this.byName.get(brokerName);
    if (!addresses) return undefined;
    for (const id of [brokerId, MASTER_ID, ...addresses.keys()]) {
      const address = addresses.get(id);
      if (address !== undefined) return { brokerName, brokerId: id, address };
    }
    return undefined;
  }
}
