/** What the name server holds at most. Past a limit the request is refused and the hit is counted. */
export interface NamesrvLimits {
  /** Clusters with at least one broker. */
  readonly maxClusters: number;
  /** Broker addresses, masters and slaves together. */
  readonly maxBrokers: number;
  /** Different topics over all brokers. */
  readonly maxTopics: number;
  /** Topic and broker pairs, each with its queue counts. */
  readonly maxQueueDatas: number;
  /** Filter servers that one broker may announce. */
  readonly maxFilterServersPerBroker: number;
  /** Keys over all namespaces of the key-value configuration. */
  readonly maxKvConfigs: number;
  /** Bytes that a compressed registration may grow to. */
  readonly maxRegisterBodyBytes: number;
  /** Bytes of registration bodies that are being read or wait to be. */
  readonly maxWaitingRegisterBytes: number;
}

export const DEFAULT_NAMESRV_LIMITS: NamesrvLimits = {
  maxClusters: 1_000,
  maxBrokers: 10_000,
  maxTopics: 200_000,
  maxQueueDatas: 1_000_000,
  maxFilterServersPerBroker: 64,
  maxKvConfigs: 100_000,
  maxRegisterBodyBytes: 64 * 1024 * 1024,
  maxWaitingRegisterBytes: 256 * 1024 * 1024,
};

/** Names under which limits are counted. */
export const NamesrvLimitName = {
  CLUSTERS: 'namesrvClusters',
  BROKERS: 'namesrvBrokers',
  TOPICS: 'namesrvTopics',
  QUEUE_DATAS: 'namesrvQueueDatas',
  FILTER_SERVERS: 'namesrvFilterServers',
  KV_CONFIGS: 'namesrvKvConfigs',
  WAITING_REGISTER_BYTES: 'namesrvWaitingRegisterBytes',
} as const;
export type NamesrvLimitName = (typeof NamesrvLimitName)[keyof typeof NamesrvLimitName];
