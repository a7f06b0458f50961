import { configProperty, type ConfigOf } from '@rocket-nest/common/internal';

const { boolean, int, long, oneOf, text } = configProperty;
const updatable = { updatable: true } as const;

/** The properties of namesrv.conf, by the original's names and with its defaults. */
export const NAMESRV_CONFIG_SCHEMA = {
  listenPort: int(9876, { important: true, min: 0, max: 65_535 }),
  bindAddress: text('127.0.0.1', { important: true }),
  allowPublicWithoutAuthentication: boolean(false, {
    important: true,
    description: 'Listen on a public address although nobody has to authenticate.',
  }),
  rocketmqHome: text('', { important: true }),
  kvConfigPath: text('', { important: true }),
  configStorePath: text(''),
  orderMessageEnable: boolean(false, updatable),
  returnOrderTopicConfigToBroker: boolean(true, updatable),
  deleteTopicWithBrokerRegistration: boolean(false, updatable),
  enableAllTopicList: boolean(true, updatable),
  enableTopicList: boolean(true, updatable),
  needWaitForService: boolean(false, updatable),
  waitSecondsForService: int(45, { ...updatable, min: 0 }),
  supportActingMaster: boolean(false, updatable),
  notifyMinBrokerIdChanged: boolean(false),
  scanNotActiveBrokerInterval: long(5_000, { min: 100, max: 0x7fffffff }),
  serverChannelMaxIdleTimeSeconds: int(120, { min: 1 }),
  enableShutdownGracefully: boolean(false, {
    description: 'A stop answers GO_AWAY for shutdownWaitTimeSeconds to clients that know it.',
  }),
  shutdownWaitTimeSeconds: int(30, { min: 0, max: 3600 }),
  maxConnections: int(10_000, { min: 1, description: 'Connections held at once.' }),
  metricsExporterType: oneOf(['DISABLE', 'PROM'], 'DISABLE'),
  metricsPromExporterPort: int(5557, { min: 0, max: 65_535 }),
  metricsPromExporterHost: text(''),
} as const;

/** How a name server is set up; some of it may be changed while it runs. */
export type NamesrvConfig = ConfigOf<typeof NAMESRV_CONFIG_SCHEMA>;

/**
 * Properties of the original that size its thread pools and buffers, of which there are none here, or
 * that look routes up in another environment.
 */
export const NAMESRV_CONFIG_WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'clientRequestThreadPoolNums',
  'clientRequestThreadPoolQueueCapacity',
  'clusterTest',
  'configBlackList',
  'defaultThreadPoolNums',
  'defaultThreadPoolQueueCapacity',
  'enableControllerInNamesrv',
  'productEnvName',
  'serverAsyncSemaphoreValue',
  'serverCallbackExecutorThreads',
  'serverNettyWorkerGroupEnable',
  'serverOnewaySemaphoreValue',
  'serverPooledByteBufAllocatorEnable',
  'serverSelectorThreads',
  'serverSocketBacklog',
  'serverSocketRcvBufSize',
  'serverSocketSndBufSize',
  'serverWorkerThreads',
  'unRegisterBrokerQueueCapacity',
  'useEpollNativeSelector',
  'writeBufferHighWaterMark',
  'writeBufferLowWaterMark',
]);
