import type { DataVersion } from '@rocket-nest/common';

/** The connection over which a broker registered, as far as the route tables need it. */
export interface BrokerConnection {
  readonly id: number;
  readonly isOpen: boolean;
  close(reason: string): void;
}

/** What is known of one broker process: when it was last heard of, and what it last announced. */
export interface BrokerLiveInfo {
  readonly clusterName: string;
  readonly brokerName: string;
  readonly brokerAddr: string;
  brokerId: number;
  /** Monotonic milliseconds. */
  lastUpdateMs: number;
  heartbeatTimeoutMs: number;
  dataVersion: DataVersion;
  connection: BrokerConnection;
  haServerAddr: string;
  filterServerList: readonly string[];
  /** Identifies the body whose topics are in the tables; undefined once they may differ. */
  bodyFingerprint: string | undefined;
}

/** A broker process is known by its cluster and address; neither may hold a control character. */
export function brokerKey(clusterName: string, brokerAddr: string): string {
  return `${clusterName}\u0000${brokerAddr}`;
}
