import type { DataVersion } from '@rocket-nest/common';
import type { TopicQueueMappingInfo } from '@rocket-nest/remoting';
import type { BrokerConnection } from './broker-live-info';

/** A topic as a broker announces it, without what routes do not need. */
export interface AnnouncedTopic {
  readonly topic: string;
  readonly readQueueNums: number;
  readonly writeQueueNums: number;
  readonly perm: number;
  readonly topicSysFlag: number;
}

/** The topics of one registration body. */
export interface AnnouncedTopics {
  readonly dataVersion: DataVersion;
  readonly topics: readonly AnnouncedTopic[];
  readonly mappings: ReadonlyMap<string, TopicQueueMappingInfo>;
  /** Identifies the body, so that the same one need not be read again. */
  readonly fingerprint?: string;
}

/** What a broker tells the name server about itself. */
export interface BrokerRegistration {
  readonly clusterName: string;
  readonly brokerName: string;
  /** `ip:port` at which clients reach the broker. */
  readonly brokerAddr: string;
  /** 0 is the master. */
  readonly brokerId: number;
  readonly haServerAddr: string;
  readonly zoneName?: string;
  /** Silence after which the broker counts as gone; default 120 000 ms. */
  readonly heartbeatTimeoutMs?: number;
  /** Undefined when the broker is too old to know of acting masters. */
  readonly enableActingMaster?: boolean;
  readonly filterServerList: readonly string[];
  /** 'SAME_AS_BEFORE' when the body is the one that was read last time. */
  readonly announced: AnnouncedTopics | 'SAME_AS_BEFORE';
  readonly connection: BrokerConnection;
}

/** What the broker is told in return. */
export interface RegisterBrokerResult {
  readonly status: RegisterBrokerStatus;
  /** For a slave: where its master serves replication. */
  readonly haServerAddr?: string;
  /** For a slave: its master's address. */
  readonly masterAddr?: string;
}

/**
 * `UNKNOWN_BROKER_WITH_ONE_TOPIC`: an increment of a broker that is not known; it must register in
 * full. `OLDER_STATE_VERSION`: another process with a newer state version holds this broker id.
 * `GONE`: the broker left while its topics were taken in.
 */
export type RegisterBrokerStatus =
  | 'REGISTERED'
  | 'UNKNOWN_BROKER_WITH_ONE_TOPIC'
  | 'OLDER_STATE_VERSION'
  | 'GONE'
  | 'TOO_MANY_BROKERS'
  | 'TOO_MANY_CLUSTERS';

/** Another process of a broker has the smallest id now: a smaller one came, or the smallest left. */
export interface MinBrokerIdChange {
  readonly brokerName: string;
  /** The addresses of its processes by broker id, those that are there now. */
  readonly brokerAddrs: ReadonlyMap<number, string>;
  /** Who left. */
  readonly offlineBrokerAddr?: string;
  /** Where the one who came serves replication. */
  readonly haBrokerAddr?: string;
}
