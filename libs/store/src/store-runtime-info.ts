import type { RecoveryResult } from './recovery/store-recovery';
import type { StoreComponents } from './store-components';

const GIB = 1024 * 1024 * 1024;

/** The store's rows of the runtime table, under the original's keys. */
export function storeRuntimeInfo(
  parts: StoreComponents,
  recovery: RecoveryResult | undefined,
): Map<string, string> {
  const { log, dispatcher, commitService, config, deps, paths } = parts;
  const space = deps.fileSystem.statfs(paths.root);
  const usedRatio = space.totalBytes === 0 ? 0 : 1 - space.availableBytes / space.totalBytes;
  const capacity =
    `Total : ${(space.totalBytes / GIB).toFixed(1)} GiB, ` +
    `Free : ${(space.availableBytes / GIB).toFixed(1)} GiB.`;
  return new Map<string, string>([
    ['commitLogMaxOffset', String(dispatcher.dispatchedOffset)],
    ['commitLogMinOffset', String(log.minOffset)],
    ['commitLogDirCapacity', capacity],
    ['commitLogDiskRatio', usedRatio.toFixed(2)],
    [`commitLogDiskRatio_${paths.commitLog}`, usedRatio.toFixed(2)],
    ['consumeQueueDiskRatio', usedRatio.toFixed(2)],
    ['dispatchBehindBytes', String(Math.max(0, log.writtenOffset - dispatcher.dispatchedOffset))],
    ['dispatchMaxBuffer', '0'],
    ['pageCacheLockTimeMills', '0'],
    ['putMessageFailedTimes', String(commitService.failedPuts)],
    ['remainHowManyDataToFlush', `${log.writtenOffset - log.flushedOffset} B`],
    ['remainTransientStoreBufferNumbs', String(config.maxPendingPutBytes)],
    ['recoveryRow', recovery?.row ?? ''],
    ['recoveryRecordsRead', String(recovery?.recordsRead ?? 0)],
  ]);
}
