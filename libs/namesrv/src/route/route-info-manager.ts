import type { Clock, DataVersion, Logger } from '@rocket-nest/common';
import { runAtOnce, type Steps } from '@rocket-nest/common/internal';
import type { ClusterInfo, LimitHits, QueueData, TopicRouteData } from '@rocket-nest/remoting';
import { DEFAULT_NAMESRV_LIMITS, NamesrvLimitName, type NamesrvLimits } from '../namesrv-limits';
import type {
  BrokerRegistration,
  MinBrokerIdChange,
  RegisterBrokerResult,
} from './broker-registration';
import type { RegisteredBroker } from './broker-addr-table';
import { BrokerRegistrar } from './broker-registrar';
import { RouteTables } from './route-tables';
import { pickupTopicRouteData } from './topic-route-picker';
import { topicsByUnit, type TopicUnitKind } from './topic-unit';

/** The settings of the name server that routes depend on, read at each use. */
export interface RouteInfoManagerOptions {
  readonly deleteTopicWithBrokerRegistration: boolean;
  readonly supportActingMaster: boolean;
}

export interface RouteInfoManagerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: LimitHits;
  /** Told when another process of a broker has the smallest id. */
  readonly onMinBrokerIdChanged?: ((change: MinBrokerIdChange) => void) | undefined;
}

/** One process of a broker. */
export type BrokerProcess = Pick<
  BrokerRegistration,
  'clusterName' | 'brokerName' | 'brokerAddr' | 'brokerId'
>;

/** Which brokers are alive and which topics they serve. Nothing of it is kept on disk. */
export class RouteInfoManager {
  private readonly tables: RouteTables;
  private readonly registrar: BrokerRegistrar;

  constructor(
    private readonly options: RouteInfoManagerOptions,
    private readonly deps: RouteInfoManagerDeps,
    limits: NamesrvLimits = DEFAULT_NAMESRV_LIMITS,
  ) {
    this.tables = new RouteTables(limits);
    this.registrar = new BrokerRegistrar(this.tables, {
      ...deps,
      deleteTopicWithBrokerRegistration: () => this.options.deleteTopicWithBrokerRegistration,
    });
  }

  /** Takes a broker with all its topics into the tables. */
  registerBroker(registration: BrokerRegistration): RegisterBrokerResult {
    return runAtOnce(this.registrar.register(registration));
  }

  /** The same, in steps between which others get their turn. */
  registerBrokerInSteps(registration: BrokerRegistration): Steps<RegisterBrokerResult> {
    return this.registrar.register(registration);
  }

  unregisterBroker(clusterName: string, brokerName: string, brokerAddr: string): void {
    this.registrar.unregister(clusterName, brokerName, brokerAddr);
  }

  /** A connection closed: its brokers are gone at once. Returns how many. */
  onConnectionClosed(connection: { readonly id: number }): number {
    return this.registrar.unregisterConnection(connection);
  }

  /** Removes brokers that were silent longer than their time-out. Returns how many. */
  scanNotActiveBrokers(): number {
    return this.registrar.unregisterExpired();
  }

  /** True when the tables still hold exactly what the body of this fingerprint announced. */
  isBodyKnown(broker: BrokerProcess, fingerprint: string): boolean {
    const { clusterName, brokerName, brokerAddr, brokerId } = broker;
    if (brokerId !== 0) return false;
    const info = this.tables.live.get(clusterName, brokerAddr);
    const holder = this.tables.brokers.get(brokerName)?.brokerAddrs.get(brokerId);
    const isHolder = holder === brokerAddr && info?.brokerName === brokerName;
    return isHolder && info.brokerId === brokerId && info.bodyFingerprint === fingerprint;
  }

  /** The data version that this broker announced last. */
  queryDataVersion(clusterName: string, brokerAddr: string): DataVersion | undefined {
    return this.tables.live.get(clusterName, brokerAddr)?.dataVersion;
  }

  /** The broker was heard of. */
  updateBrokerTimestamp(clusterName: string, brokerAddr: string): void {
    const info = this.tables.live.get(clusterName, brokerAddr);
    if (info) info.lastUpdateMs = this.deps.clock.monotonicNow();
  }

  /** Undefined when no live broker serves the topic. */
  pickupTopicRouteData(topic: string): TopicRouteData | undefined {
    return pickupTopicRouteData(this.tables, topic, this.options.supportActingMaster);
  }

  /** Adds queues of a topic on brokers that are known; queues of others are ignored. */
  registerTopic(topic: string, queueDatas: readonly QueueData[]): void {
    for (const data of queueDatas) {
      if (!this.tables.brokers.get(data.brokerName)) continue;
      const status = this.tables.topics.put(topic, data);
      if (status === 'TOO_MANY_TOPICS') this.deps.limits.hit(NamesrvLimitName.TOPICS);
      if (status === 'TOO_MANY_QUEUE_DATAS') this.deps.limits.hit(NamesrvLimitName.QUEUE_DATAS);
    }
  }

  /** Forgets a topic, in one cluster or everywhere, until a broker announces it again. */
  deleteTopic(topic: string, clusterName?: string): void {
    if (clusterName === undefined) {
      this.tables.topics.remove(topic);
      this.tables.mappings.removeTopic(topic);
    } else {
      const names = this.tables.brokers.brokersOfCluster(clusterName) ?? [];
      for (const brokerName of names) this.tables.topics.remove(topic, brokerName);
    }
    this.tables.live.forgetBodies();
  }

  /** Returns the number of topics whose queues on that broker clients no longer write to. */
  wipeWritePermOfBroker(brokerName: string): number {
    return this.tables.topics.wipeWritePerm(brokerName);
  }

  /** Undoes `wipeWritePermOfBroker`; returns the number of topics. */
  addWritePermOfBroker(brokerName: string): number {
    return this.tables.topics.addWritePerm(brokerName);
  }

  clusterInfo(): ClusterInfo {
    const { brokers } = this.tables;
    return {
      brokerAddrTable: new Map([...brokers.all()].map((data) => [data.brokerName, data])),
      clusterAddrTable: new Map(
        [...brokers.clusterNames()].map((name) => [name, [...brokers.brokersOfCluster(name)!]]),
      ),
    };
  }

  brokerData(brokerName: string): RegisteredBroker | undefined {
    return this.tables.brokers.get(brokerName);
  }

  allTopics(): string[] {
    return [...this.tables.topics.topicNames()];
  }

  topicsByCluster(clusterName: string): string[] {
    const members = this.tables.brokers.brokersOfCluster(clusterName);
    if (!members) return [];
    return this.allTopics().filter((topic) =>
      [...members].some((brokerName) => this.tables.topics.has(topic, brokerName)),
    );
  }

  /** Cluster and broker names, each of which is a topic too, and the address of any broker. */
  systemTopics(): { topicList: string[]; brokerAddr?: string } {
    const { brokers } = this.tables;
    const topicList = [...new Set([...brokers.clusterNames(), ...brokers.brokerNames()])];
    for (const data of brokers.all()) {
      for (const brokerAddr of data.brokerAddrs.values()) return { topicList, brokerAddr };
    }
    return { topicList };
  }

  unitTopics(kind: TopicUnitKind): string[] {
    return topicsByUnit(this.tables.topics, kind);
  }

  /** Sizes of the tables, for metrics and tests. */
  get sizes(): { topics: number; queueDatas: number; brokers: number; clusters: number } {
    return {
      topics: this.tables.topics.topicCount,
      queueDatas: this.tables.topics.queueDataCount,
      brokers: this.tables.live.size,
      clusters: this.tables.brokers.clusterCount,
    };
  }
}
