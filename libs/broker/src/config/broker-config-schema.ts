import { configProperty } from '@rocket-nest/common/internal';

const { boolean, int, long, oneOf, text } = configProperty;

const POSITIVE = { min: 1 };
const PORT = { min: 0, max: 65_535 };
const UPDATABLE = { updatable: true };
const IMPORTANT = { important: true };

/** What a topic's or broker's permission can be: read 4, write 2, inherit 1. */
const PERMISSION = { min: 0, max: 7 };

/** Properties of the broker itself, under the original's names where it has them. */
export const brokerConfigSchema = {
  brokerName: text('', IMPORTANT),
  brokerClusterName: text('DefaultCluster', IMPORTANT),
  brokerId: long(0, { min: 0, ...IMPORTANT }),
  brokerIP1: text('', IMPORTANT),
  brokerIP2: text(''),
  namesrvAddr: text('', IMPORTANT),
  rocketmqHome: text(''),
  brokerPermission: int(6, { ...PERMISSION, ...UPDATABLE }),

  autoCreateTopicEnable: boolean(true, { ...UPDATABLE, ...IMPORTANT }),
  autoCreateSubscriptionGroup: boolean(true, { ...UPDATABLE, ...IMPORTANT }),
  defaultTopicQueueNums: int(8, { ...POSITIVE, ...UPDATABLE, ...IMPORTANT }),
  clusterTopicEnable: boolean(true),
  brokerTopicEnable: boolean(true),
  traceTopicEnable: boolean(false, IMPORTANT),
  msgTraceTopicName: text('RMQ_SYS_TRACE_TOPIC'),
  reviveQueueNum: int(8, POSITIVE),
  clearRetryTopicWhenDeleteTopic: boolean(true, UPDATABLE),
  validateSystemTopicWhenUpdateTopic: boolean(true, UPDATABLE),

  regionId: text('DefaultRegion'),
  traceOn: boolean(true),
  rejectTransactionMessage: boolean(false, { ...UPDATABLE, ...IMPORTANT }),
  startAcceptSendRequestTimeStamp: long(0, { min: 0 }),
  sendThreadPoolQueueCapacity: int(10_000, {
    ...POSITIVE,
    description: 'sends that wait for the disk; further ones are answered SYSTEM_BUSY',
  }),

  longPollingEnable: boolean(true, UPDATABLE),
  shortPollingTimeMills: long(1000, { min: 0, ...UPDATABLE }),
  litePullMessageEnable: boolean(true, UPDATABLE),
  slaveReadEnable: boolean(false, UPDATABLE),
  enablePropertyFilter: boolean(false),
  useServerSideResetOffset: boolean(true),
  notifyConsumerIdsChangedEnable: boolean(true, UPDATABLE),
  channelExpiredTimeout: long(120_000, POSITIVE),
  flushConsumerOffsetInterval: int(5000, { ...POSITIVE, ...IMPORTANT }),
  consumerOffsetUpdateVersionStep: long(500, POSITIVE),
  delayOffsetUpdateVersionStep: long(200, POSITIVE),

  enableSplitMetadata: boolean(true, UPDATABLE),
  splitMetadataSize: int(2000, { ...POSITIVE, ...UPDATABLE }),
  registerNameServerPeriod: int(30_000, POSITIVE),
  registerBrokerTimeoutMills: int(24_000, POSITIVE),
  forceRegister: boolean(true),

  transactionTimeOut: long(6000, { ...POSITIVE, ...UPDATABLE }),
  transactionCheckMax: int(15, { ...POSITIVE, ...UPDATABLE }),
  transactionCheckInterval: long(30_000, { ...POSITIVE, ...UPDATABLE }),
  transactionOpMsgMaxSize: int(4096, POSITIVE),
  transactionOpBatchInterval: int(3000, POSITIVE),
  storeReplyMessageEnable: boolean(true, UPDATABLE),

  metricsExporterType: oneOf(['DISABLE', 'OTLP_GRPC', 'PROM', 'LOG'], 'DISABLE'),
  metricsPromExporterHost: text(''),
  metricsPromExporterPort: int(5557, PORT),
  metricsLabel: text(''),

  authenticationEnabled: boolean(false, IMPORTANT),
  authorizationEnabled: boolean(false, IMPORTANT),
  allowPublicWithoutAuthentication: boolean(false, {
    ...IMPORTANT,
    description: 'listen on an address that others can reach although anybody may do anything',
  }),
  maxConnections: int(10_000, { ...POSITIVE, description: 'further connections are closed' }),
  maxConnectionsPerIp: int(0, { min: 0, description: '0: no limit of its own' }),
  maxHeldPulls: int(200_000, {
    ...POSITIVE,
    description: 'pulls that wait for messages; further ones are answered SYSTEM_BUSY',
  }),
};

/** Properties of the listening side, under the original's names. */
export const nettyServerConfigSchema = {
  listenPort: int(10_911, {
    ...PORT,
    ...IMPORTANT,
    description: '0: any free port, and no VIP port',
  }),
  bindAddress: text('127.0.0.1', IMPORTANT),
  serverChannelMaxIdleTimeSeconds: int(120, POSITIVE),
  enableShutdownGracefully: boolean(false, {
    description: 'a stop answers GO_AWAY for shutdownWaitTimeSeconds to clients that know it',
  }),
  shutdownWaitTimeSeconds: int(30, { min: 0, max: 3600 }),
};
