/** When a message counts as stored: after the write, or after the sync of the disk. */
export type FlushDiskType = 'ASYNC_FLUSH' | 'SYNC_FLUSH';

export type BrokerRole = 'ASYNC_MASTER' | 'SYNC_MASTER' | 'SLAVE';

/**
 * Settings of the store, under the original's property names where it has them. Sizes are bytes,
 * intervals and times milliseconds, unless the name says otherwise.
 */
export interface MessageStoreConfig {
  /** Folder of the store. */
  storePathRootDir: string;
  /** Folder of the commit log; default `<storePathRootDir>/commitlog`. */
  storePathCommitLog?: string;
  /** Size of a commit log file. Default 1 GiB. */
  mappedFileSizeCommitLog: number;
  /** Size of a consume queue file, rounded up to whole units of 20 bytes. Default 6 000 000. */
  mappedFileSizeConsumeQueue: number;
  flushDiskType: FlushDiskType;
  /** Longest time between syncs of the commit log under ASYNC_FLUSH. Default 500. */
  flushIntervalCommitLog: number;
  /** Between two rounds that write dirty consume queues and index items. Default 1000. */
  flushIntervalConsumeQueue: number;
  /** Between two rounds that sync consume queues and index and move the checkpoint. Default 10 000. */
  flushConsumeQueueThoroughInterval: number;
  /** How long a sender waits for the sync under SYNC_FLUSH. Default 5000. */
  syncFlushTimeout: number;
  /** Longest body of a message. Default 4 MiB. */
  maxMessageSize: number;
  /** Record version 2 for topics longer than 127 bytes. Default true. */
  autoMessageVersionOnTopicLen: boolean;
  /** Whether recovery checks the CRC of bodies. Default true. */
  checkCRCOnRecover: boolean;
  /** Whether messages are indexed by key at all. Default true. */
  messageIndexEnable: boolean;
  /** Hash slots of an index file. Default 5 000 000. */
  maxHashSlotNum: number;
  /** Items of an index file. Default 20 000 000. */
  maxIndexNum: number;
  /** Messages that a query by unique key answers. Default 32. */
  defaultQueryMaxNum: number;
  /** Most messages that any query by key answers. Default 64. */
  maxMsgsNumBatch: number;
  /** Limits of one pull, recent messages. Defaults 262 144 bytes, 32 messages. */
  maxTransferBytesOnMessageInMemory: number;
  maxTransferCountOnMessageInMemory: number;
  /** Limits of one pull, old messages. Defaults 65 536 bytes, 8 messages. */
  maxTransferBytesOnMessageInDisk: number;
  maxTransferCountOnMessageInDisk: number;
  /** Messages within this share (percent) of the machine's memory count as recent. Default 40. */
  accessMessageInMemoryMaxRatio: number;
  /** Bytes of consume queue units that one pull looks through for its filter. Default 16 000. */
  maxFilterMessageSize: number;
  /** Texts of the delay levels, first is level 1. */
  messageDelayLevel: string;
  brokerRole: BrokerRole;
  /** Whether a pull offset out of range is corrected on a slave too. Default false. */
  offsetCheckInSlave: boolean;
  /** Hours after which whole commit log files may go. Default 72. */
  fileReservedTime: number;
  /** Hours of the day when expired files are deleted, separated by `;`. Default `04`. */
  deleteWhen: string;
  /** Percent of the disk above which expired files go at any hour. Default 75. */
  diskMaxUsedSpaceRatio: number;
  /** Percent of the disk above which unexpired files may go, when `cleanFileForciblyEnable`. */
  diskSpaceCleanForciblyRatio: number;
  /** Percent of the disk above which nothing is accepted. Default 90. */
  diskSpaceWarningLevelRatio: number;
  /** Whether unexpired messages may be deleted to make room. Default false here, see differences. */
  cleanFileForciblyEnable: boolean;
  /** Between two looks for files to delete. Default 10 000. */
  cleanResourceInterval: number;
  /** Between two commit log files that are deleted. Default 100. */
  deleteCommitLogFilesInterval: number;
  /** Commit log files deleted at most before clock and disk are looked at again. Default 10. */
  deleteFileBatchMax: number;

  /** Make files at their full size (sparse). Default true; the embedded broker turns it off. */
  preallocateFiles: boolean;
  /** Size of one buffer of the commit log's tail. Default 1 MiB. */
  commitLogChunkBytes: number;
  /** Bytes of the newest records that stay in memory for pulls. Default 32 MiB. */
  commitLogTailBytes: number;
  /** Recovery moves the checkpoint on after so many bytes, so that a killed one goes on from there. */
  recoveryCheckpointBytes: number;
  /** Unacknowledged bytes above which puts are refused with OS_PAGE_CACHE_BUSY. Default 64 MiB. */
  maxPendingPutBytes: number;
  /** Bytes of consume queue units in memory above which puts are refused. Default 128 MiB. */
  maxConsumeQueueMemoryBytes: number;
  /** Files held open at once. Default 512. */
  maxOpenFiles: number;
  /** Reads of old messages on the thread pool at once; must leave a thread for the sync. Default 2. */
  coldReadConcurrency: number;
  /** Cold reads waiting for their turn, above which a pull is refused. Default 10 000. */
  maxWaitingColdReads: number;
  /** Bytes of old commit log blocks kept for sequential readers. Default 16 MiB. */
  readCacheBytes: number;
  /** Bytes of old consume queue units kept for sequential readers. Default 4 MiB. */
  consumeQueueReadCacheBytes: number;
  /** Memory of the machine, to judge what is still in its page cache. Default: what the OS says. */
  machineMemoryBytes: number;
}
