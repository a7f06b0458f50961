import type { FileSystem } from '@rocket-nest/common';

/** Used percent, rounded up, of the fullest disk that holds one of the folders. */
export function usedDiskPercent(fileSystem: FileSystem, folders: readonly string[]): number {
  let percent = 0;
  for (const folder of folders) {
    const { totalBytes, availableBytes } = fileSystem.statfs(folder);
    if (totalBytes <= 0) continue;
    percent = Math.max(percent, Math.ceil(((totalBytes - availableBytes) * 100) / totalBytes));
  }
  return percent;
}
