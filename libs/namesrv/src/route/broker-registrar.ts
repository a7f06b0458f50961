import assert from 'node:assert';
import { DataVersion, MixAll, PermName, type Clock, type Logger } from '@rocket-nest/common';
import type { Steps } from '@rocket-nest/common/internal';
import type { LimitHits } from '@rocket-nest/remoting';
import { NamesrvLimitName } from '../namesrv-limits';
import { hasMaster, minBrokerId, type RegisteredBroker } from './broker-addr-table';
import type { BrokerLiveInfo } from './broker-live-info';
import type {
  AnnouncedTopic,
  AnnouncedTopics,
  BrokerRegistration,
  MinBrokerIdChange,
  RegisterBrokerResult,
  RegisterBrokerStatus,
} from './broker-registration';
import type { RouteTables } from './route-tables';

/** Silence after which a broker that names no time-out of its own counts as gone. */
export const DEFAULT_BROKER_CHANNEL_EXPIRED_MS = 120_000;

/** Topics put into the tables between two steps, well below a millisecond. */
const TOPICS_PER_STEP = 250;

export interface BrokerRegistrarDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: LimitHits;
  /** Whether topics that a full registration no longer names are removed. */
  readonly deleteTopicWithBrokerRegistration: () => boolean;
  readonly onMinBrokerIdChanged?: ((change: MinBrokerIdChange) => void) | undefined;
}

/** Writes the route tables: brokers come, announce their topics, and go. */
export class BrokerRegistrar {
  constructor(
    private readonly tables: RouteTables,
    private readonly deps: BrokerRegistrarDeps,
  ) {}

  /**
   * Takes a broker and its topics into the tables. Between two steps the tables hold a part of the
   * topics; registrations of one broker must not overlap.
   */
  *register(registration: BrokerRegistration): Steps<RegisterBrokerResult> {
    const refusal = this.refusalOf(registration);
    if (refusal) return { status: refusal };
    const { clusterName, brokerName, brokerAddr, brokerId, announced } = registration;
    this.forgetOtherName(clusterName, brokerName, brokerAddr);
    const data = this.tables.brokers.getOrAdd(clusterName, brokerName);
    data.enableActingMaster = registration.enableActingMaster ?? false;
    data.zoneName = registration.zoneName;
    const known = this.tables.live.get(clusterName, brokerAddr);
    const smallest = minBrokerId(data);
    const isFirst = this.takeBrokerId(data, brokerId, brokerAddr);
    if (smallest !== undefined && brokerId < smallest) {
      const { haServerAddr: haBrokerAddr } = registration;
      this.deps.onMinBrokerIdChanged?.({ brokerName, brokerAddrs: data.brokerAddrs, haBrokerAddr });
    }
    const info = this.refreshLiveInfo(registration, known);
    if (announced !== 'SAME_AS_BEFORE') {
      const { forgotten } = this.tables.live;
      const isNews = isFirst || !known?.dataVersion.equals(announced.dataVersion);
      yield* this.applyTopics(registration, announced, data, isNews);
      if (this.tables.live.get(clusterName, brokerAddr) !== info) return { status: 'GONE' };
      info.dataVersion = announced.dataVersion;
      const isIntact = this.tables.live.forgotten === forgotten;
      if (isIntact) info.bodyFingerprint = announced.fingerprint;
    }
    return { status: 'REGISTERED', ...this.masterOf(data, clusterName, brokerId) };
  }

  unregister(clusterName: string, brokerName: string, brokerAddr: string): void {
    this.tables.live.remove(clusterName, brokerAddr);
    const before = this.tables.brokers.get(brokerName);
    const smallest = before && minBrokerId(before);
    const removal = this.tables.brokers.removeAddr(clusterName, brokerName, brokerAddr);
    if (removal === 'UNKNOWN') return;
    this.deps.logger.info('broker unregistered', { clusterName, brokerName, brokerAddr });
    if (removal === 'BROKER_REMOVED') {
      this.tables.topics.removeBroker(brokerName);
      this.tables.mappings.removeBroker(brokerName);
      return;
    }
    const rest = this.tables.brokers.get(brokerName);
    if (!rest) return;
    if (rest.enableActingMaster && !hasMaster(rest)) this.tables.topics.wipeWritePerm(brokerName);
    if (minBrokerId(rest) === smallest) return;
    const { brokerAddrs } = rest;
    this.deps.onMinBrokerIdChanged?.({ brokerName, brokerAddrs, offlineBrokerAddr: brokerAddr });
  }

  /** Unregisters every broker that came over a connection which is now closed. */
  unregisterConnection(connection: { readonly id: number }): number {
    const gone = this.tables.live.ofConnection(connection);
    for (const info of gone) this.unregister(info.clusterName, info.brokerName, info.brokerAddr);
    return gone.length;
  }

  /** Unregisters brokers that were silent too long and closes their connections. */
  unregisterExpired(): number {
    const expired = this.tables.live.expired(this.deps.clock.monotonicNow());
    for (const info of expired) {
      const { clusterName, brokerName, brokerAddr, heartbeatTimeoutMs } = info;
      this.deps.logger.warn('broker expired', {
        clusterName,
        brokerName,
        brokerAddr,
        heartbeatTimeoutMs,
      });
      this.unregister(clusterName, brokerName, brokerAddr);
      info.connection.close('broker silent for too long');
    }
    return expired.length;
  }

  private refusalOf(registration: BrokerRegistration): RegisterBrokerStatus | undefined {
    const { tables, deps } = this;
    const { clusterName, brokerName, brokerAddr, brokerId, announced } = registration;
    if (tables.live.get(clusterName, brokerAddr)) return undefined;
    if (announced !== 'SAME_AS_BEFORE' && announced.topics.length === 1) {
      return 'UNKNOWN_BROKER_WITH_ONE_TOPIC';
    }
    if (tables.live.size >= tables.limits.maxBrokers) {
      deps.limits.hit(NamesrvLimitName.BROKERS);
      return 'TOO_MANY_BROKERS';
    }
    const { brokers, limits } = tables;
    if (!brokers.hasCluster(clusterName) && brokers.clusterCount >= limits.maxClusters) {
      deps.limits.hit(NamesrvLimitName.CLUSTERS);
      return 'TOO_MANY_CLUSTERS';
    }
    const holder = brokers.get(brokerName)?.brokerAddrs.get(brokerId);
    if (holder === undefined || holder === brokerAddr || announced === 'SAME_AS_BEFORE') return;
    const holderVersion = tables.live.get(clusterName, holder)?.dataVersion.stateVersion ?? -1;
    return holderVersion > announced.dataVersion.stateVersion ? 'OLDER_STATE_VERSION' : undefined;
  }

  /** The process at this address was started again under another broker name. */
  private forgetOtherName(clusterName: string, brokerName: string, brokerAddr: string): void {
    const known = this.tables.live.get(clusterName, brokerAddr);
    if (!known || known.brokerName === brokerName) return;
    this.unregister(clusterName, known.brokerName, brokerAddr);
  }

  /** Gives the id to the address, which loses any other id; true when the id was free. */
  private takeBrokerId(data: RegisteredBroker, brokerId: number, brokerAddr: string): boolean {
    for (const [id, addr] of data.brokerAddrs) {
      if (addr === brokerAddr && id !== brokerId) data.brokerAddrs.delete(id);
    }
    const isFirst = !data.brokerAddrs.has(brokerId);
    data.brokerAddrs.set(brokerId, brokerAddr);
    return isFirst;
  }

  private *applyTopics(
    registration: BrokerRegistration,
    announced: AnnouncedTopics,
    data: RegisteredBroker,
    isNews: boolean,
  ): Steps<void> {
    const isMaster = registration.brokerId === MixAll.MASTER_ID;
    const isPrimeSlave =
      !isMaster &&
      registration.enableActingMaster !== undefined &&
      registration.brokerId === minBrokerId(data);
    if (!isMaster && !isPrimeSlave) return;
    const { clusterName, brokerName, brokerAddr } = registration;
    if (isNews) this.removeUnannounced(brokerName, announced);
    const info = this.tables.live.get(clusterName, brokerAddr);
    const permMask = isPrimeSlave && data.enableActingMaster ? ~PermName.PERM_WRITE : ~0;
    let refused = 0;
    let done = 0;
    for (const topic of announced.topics) {
      if (++done % TOPICS_PER_STEP === 0) {
        yield;
        // It left meanwhile; what is put now would stay for ever.
        if (this.tables.live.get(clusterName, brokerAddr) !== info) return;
      }
      if (!isNews && this.tables.topics.has(topic.topic, brokerName)) continue;
      if (!this.putTopic(brokerName, topic, permMask)) refused++;
    }
    if (isNews) {
      for (const [topic, mapping] of announced.mappings) {
        this.tables.mappings.put(topic, brokerName, mapping);
      }
    }
    if (refused > 0) this.warnRefused(brokerName, refused);
  }

  private putTopic(brokerName: string, topic: AnnouncedTopic, permMask: number): boolean {
    const status = this.tables.topics.put(topic.topic, {
      brokerName,
      readQueueNums: topic.readQueueNums,
      writeQueueNums: topic.writeQueueNums,
      perm: topic.perm & permMask,
      topicSysFlag: topic.topicSysFlag,
    });
    if (status === 'TOO_MANY_TOPICS') this.deps.limits.hit(NamesrvLimitName.TOPICS);
    else if (status === 'TOO_MANY_QUEUE_DATAS') this.deps.limits.hit(NamesrvLimitName.QUEUE_DATAS);
    else return true;
    return false;
  }

  /**
   * An increment cannot be told from a full body by its form; but every broker has a topic of its
   * own name, and only a full body names it.
   */
  private removeUnannounced(brokerName: string, announced: AnnouncedTopics): void {
    if (!this.deps.deleteTopicWithBrokerRegistration() || announced.mappings.size > 0) return;
    const names = new Set(announced.topics.map((topic) => topic.topic));
    if (names.has(brokerName)) this.tables.topics.removeUnannounced(brokerName, names);
  }

  private refreshLiveInfo(
    registration: BrokerRegistration,
    known: BrokerLiveInfo | undefined,
  ): BrokerLiveInfo {
    const { clusterName, brokerName, brokerAddr, brokerId, announced } = registration;
    const isSame = announced === 'SAME_AS_BEFORE';
    assert(known || !isSame, 'an unchanged body of a broker that is not known');
    const info: BrokerLiveInfo = {
      clusterName,
      brokerName,
      brokerAddr,
      brokerId,
      lastUpdateMs: this.deps.clock.monotonicNow(),
      heartbeatTimeoutMs: registration.heartbeatTimeoutMs ?? DEFAULT_BROKER_CHANNEL_EXPIRED_MS,
      dataVersion: known?.dataVersion ?? new DataVersion(),
      connection: registration.connection,
      haServerAddr: registration.haServerAddr,
      filterServerList: isSame
        ? (known?.filterServerList ?? [])
        : this.boundedFilterServers(registration.filterServerList),
      bodyFingerprint: isSame ? known?.bodyFingerprint : undefined,
    };
    this.tables.live.put(info);
    if (!known) {
      this.deps.logger.info('broker registered', { clusterName, brokerName, brokerAddr, brokerId });
    }
    return info;
  }

  private boundedFilterServers(servers: readonly string[]): readonly string[] {
    const { maxFilterServersPerBroker } = this.tables.limits;
    if (servers.length <= maxFilterServersPerBroker) return servers;
    this.deps.limits.hit(NamesrvLimitName.FILTER_SERVERS);
    return servers.slice(0, maxFilterServersPerBroker);
  }

  private masterOf(
    data: RegisteredBroker,
    clusterName: string,
    brokerId: number,
  ): Pick<RegisterBrokerResult, 'haServerAddr' | 'masterAddr'> {
    const masterAddr = data.brokerAddrs.get(MixAll.MASTER_ID);
    if (brokerId === MixAll.MASTER_ID || masterAddr === undefined) return {};
    const master = this.tables.live.get(clusterName, masterAddr);
    return master ? { masterAddr, haServerAddr: master.haServerAddr } : {};
  }

  private warnRefused(brokerName: string, refused: number): void {
    const { maxTopics, maxQueueDatas } = this.tables.limits;
    this.deps.logger.warn('topics refused: the name server holds no more', {
      brokerName,
      refused,
      maxTopics,
      maxQueueDatas,
    });
  }
}
