import { configProperty } from '@rocket-nest/common/internal';
import { createMessageStoreConfig } from '@rocket-nest/store';

const { boolean, double, int, long, oneOf, text } = configProperty;

const defaults = createMessageStoreConfig({ storePathRootDir: '' });

const POSITIVE = { min: 1 };
const NOT_NEGATIVE = { min: 0 };
const UPDATABLE = { updatable: true };
const PERCENT = { min: 0, max: 100 };
/** A commit log file must at least hold a record of some size. */
const SEGMENT = { min: 4096 };
/** Hours of the day, `04` or `04;16`. */
const HOURS = /^([01]?\d|2[0-3])(;([01]?\d|2[0-3]))*$/;

/** Properties of the store, under the original's names where it has them. */
export const messageStoreConfigSchema = {
  storePathRootDir: text('', { important: true }),
  storePathCommitLog: text(''),
  mappedFileSizeCommitLog: int(defaults.mappedFileSizeCommitLog, SEGMENT),
  mappedFileSizeConsumeQueue: int(defaults.mappedFileSizeConsumeQueue, { min: 20 }),
  flushDiskType: oneOf(['ASYNC_FLUSH', 'SYNC_FLUSH'], defaults.flushDiskType, { important: true }),
  flushIntervalCommitLog: int(defaults.flushIntervalCommitLog, POSITIVE),
  flushIntervalConsumeQueue: int(defaults.flushIntervalConsumeQueue, POSITIVE),
  flushConsumeQueueThoroughInterval: int(defaults.flushConsumeQueueThoroughInterval, POSITIVE),
  syncFlushTimeout: int(defaults.syncFlushTimeout, POSITIVE),
  maxMessageSize: int(defaults.maxMessageSize, { ...POSITIVE, ...UPDATABLE, important: true }),
  autoMessageVersionOnTopicLen: boolean(defaults.autoMessageVersionOnTopicLen),
  checkCRCOnRecover: boolean(defaults.checkCRCOnRecover),
  messageIndexEnable: boolean(defaults.messageIndexEnable),
  maxHashSlotNum: int(defaults.maxHashSlotNum, POSITIVE),
  maxIndexNum: int(defaults.maxIndexNum, { min: 2 }),
  defaultQueryMaxNum: int(defaults.defaultQueryMaxNum, { ...POSITIVE, ...UPDATABLE }),
  maxTransferBytesOnMessageInMemory: int(defaults.maxTransferBytesOnMessageInMemory, POSITIVE),
  maxTransferCountOnMessageInMemory: int(defaults.maxTransferCountOnMessageInMemory, POSITIVE),
  maxTransferBytesOnMessageInDisk: int(defaults.maxTransferBytesOnMessageInDisk, POSITIVE),
  maxTransferCountOnMessageInDisk: int(defaults.maxTransferCountOnMessageInDisk, POSITIVE),
  accessMessageInMemoryMaxRatio: int(defaults.accessMessageInMemoryMaxRatio, {
    min: 0,
    max: 100,
  }),
  maxFilterMessageSize: int(defaults.maxFilterMessageSize, { min: 20 }),
  messageDelayLevel: text(defaults.messageDelayLevel, { important: true }),
  brokerRole: oneOf(['ASYNC_MASTER', 'SYNC_MASTER', 'SLAVE'], defaults.brokerRole, {
    important: true,
  }),
  offsetCheckInSlave: boolean(defaults.offsetCheckInSlave),
  fileReservedTime: int(defaults.fileReservedTime, {
    ...POSITIVE,
    ...UPDATABLE,
    important: true,
    description: 'hours that messages are kept',
  }),
  deleteWhen: text(defaults.deleteWhen, {
    ...UPDATABLE,
    important: true,
    pattern: HOURS,
    patternFix: 'write hours of the day separated by semicolons, such as 04 or 04;16',
    description: 'hours of the local day in which expired messages are deleted',
  }),
  diskMaxUsedSpaceRatio: int(defaults.diskMaxUsedSpaceRatio, { min: 10, max: 95, ...UPDATABLE }),
  diskSpaceCleanForciblyRatio: double(defaults.diskSpaceCleanForciblyRatio, {
    ...PERCENT,
    ...UPDATABLE,
  }),
  diskSpaceWarningLevelRatio: double(defaults.diskSpaceWarningLevelRatio, {
    ...PERCENT,
    ...UPDATABLE,
    description: 'percent of the disk above which messages are refused; 100: never',
  }),
  cleanFileForciblyEnable: boolean(defaults.cleanFileForciblyEnable, UPDATABLE),
  cleanResourceInterval: int(defaults.cleanResourceInterval, POSITIVE),
  deleteCommitLogFilesInterval: int(defaults.deleteCommitLogFilesInterval, {
    ...NOT_NEGATIVE,
    ...UPDATABLE,
  }),
  deleteFileBatchMax: int(defaults.deleteFileBatchMax, { ...POSITIVE, ...UPDATABLE }),
  haListenPort: int(0, { min: 0, max: 65_535 }),
  flushDelayOffsetInterval: long(10_000, POSITIVE),
  timerWheelEnable: boolean(true),

  preallocateFiles: boolean(defaults.preallocateFiles),
  commitLogChunkBytes: int(defaults.commitLogChunkBytes, SEGMENT),
  commitLogTailBytes: int(defaults.commitLogTailBytes, NOT_NEGATIVE),
  recoveryCheckpointBytes: int(defaults.recoveryCheckpointBytes, POSITIVE),
  maxPendingPutBytes: int(defaults.maxPendingPutBytes, POSITIVE),
  maxConsumeQueueMemoryBytes: long(defaults.maxConsumeQueueMemoryBytes, POSITIVE),
  maxOpenFiles: int(defaults.maxOpenFiles, { min: 16 }),
  coldReadConcurrency: int(defaults.coldReadConcurrency, POSITIVE),
  maxWaitingColdReads: int(defaults.maxWaitingColdReads, NOT_NEGATIVE),
  readCacheBytes: int(defaults.readCacheBytes, NOT_NEGATIVE),
  consumeQueueReadCacheBytes: int(defaults.consumeQueueReadCacheBytes, NOT_NEGATIVE),
};
