import { brokerKey, type BrokerConnection, type BrokerLiveInfo } from './broker-live-info';

/** Brokers that are alive, by cluster and address. */
export class BrokerLiveTable {
  private readonly brokers = new Map<string, BrokerLiveInfo>();
  /** How often bodies were forgotten. */
  forgotten = 0;

  get size(): number {
    return this.brokers.size;
  }

  get(clusterName: string, brokerAddr: string): BrokerLiveInfo | undefined {
    return this.brokers.get(brokerKey(clusterName, brokerAddr));
  }

  put(info: BrokerLiveInfo): void {
    this.brokers.set(brokerKey(info.clusterName, info.brokerAddr), info);
  }

  remove(clusterName: string, brokerAddr: string): void {
    this.brokers.delete(brokerKey(clusterName, brokerAddr));
  }

  values(): IterableIterator<BrokerLiveInfo> {
    return this.brokers.values();
  }

  /** Brokers whose last registration came over this connection. */
  ofConnection(connection: Pick<BrokerConnection, 'id'>): BrokerLiveInfo[] {
    return [...this.brokers.values()].filter((info) => info.connection.id === connection.id);
  }

  expired(monotonicNowMs: number): BrokerLiveInfo[] {
    return [...this.brokers.values()].filter(
      (info) => info.lastUpdateMs + info.heartbeatTimeoutMs < monotonicNowMs,
    );
  }

  /** Topics were taken away: every body counts as news again. */
  forgetBodies(): void {
    this.forgotten++;
    for (const info of this.brokers.values()) info.bodyFingerprint = undefined;
  }
}
