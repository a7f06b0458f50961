import * as os from 'node:os';
import type { MessageStoreConfig } from './message-store-config';

const KIB = 1024;
const MIB = 1024 * KIB;

/** The defaults of every setting but the folder, replaced by what `overrides` holds. */
export function createMessageStoreConfig(
  overrides: Partial<MessageStoreConfig> & Pick<MessageStoreConfig, 'storePathRootDir'>,
): MessageStoreConfig {
  return {
    mappedFileSizeCommitLog: 1024 * MIB,
    mappedFileSizeConsumeQueue: 300_000 * 20,
    flushDiskType: 'ASYNC_FLUSH',
    flushIntervalCommitLog: 500,
    flushIntervalConsumeQueue: 1000,
    flushConsumeQueueThoroughInterval: 10_000,
    syncFlushTimeout: 5000,
    maxMessageSize: 4 * MIB,
    autoMessageVersionOnTopicLen: true,
    checkCRCOnRecover: true,
    messageIndexEnable: true,
    maxHashSlotNum: 5_000_000,
    maxIndexNum: 20_000_000,
    defaultQueryMaxNum: 32,
    maxMsgsNumBatch: 64,
    maxTransferBytesOnMessageInMemory: 256 * KIB,
    maxTransferCountOnMessageInMemory: 32,
    maxTransferBytesOnMessageInDisk: 64 * KIB,
    maxTransferCountOnMessageInDisk: 8,
    accessMessageInMemoryMaxRatio: 40,
    maxFilterMessageSize: 16_000,
    messageDelayLevel: '1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h',
    brokerRole: 'ASYNC_MASTER',
    offsetCheckInSlave: false,
    fileReservedTime: 72,
    deleteWhen: '04',
    diskMaxUsedSpaceRatio: 75,
    diskSpaceCleanForciblyRatio: 85,
    diskSpaceWarningLevelRatio: 90,
    cleanFileForciblyEnable: false,
    cleanResourceInterval: 10_000,
    deleteCommitLogFilesInterval: 100,
    deleteFileBatchMax: 10,
    preallocateFiles: true,
    commitLogChunkBytes: MIB,
    commitLogTailBytes: 32 * MIB,
    recoveryCheckpointBytes: 256 * MIB,
    maxPendingPutBytes: 64 * MIB,
    maxConsumeQueueMemoryBytes: 128 * MIB,
    maxOpenFiles: 512,
    coldReadConcurrency: 2,
    maxWaitingColdReads: 10_000,
    readCacheBytes: 16 * MIB,
    consumeQueueReadCacheBytes: 4 * MIB,
    machineMemoryBytes: os.totalmem(),
    ...overrides,
  };
}
