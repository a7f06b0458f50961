import { join } from 'node:path';
import type { StandaloneOptions } from './standalone-options';

type Properties = Readonly<Record<string, string>>;

/** A store that lives as long as a test is kept small. */
const SMALL_FILES: Properties = {
  mappedFileSizeCommitLog: String(16 * 1024 * 1024),
  mappedFileSizeConsumeQueue: String(20 * 3_000),
  maxHashSlotNum: '10000',
  maxIndexNum: '40000',
};

export function namesrvProperties(options: StandaloneOptions, folder: string): Properties {
  const { host = '127.0.0.1', namesrvPort = 0 } = options;
  return {
    bindAddress: host,
    listenPort: String(namesrvPort),
    kvConfigPath: join(folder, 'namesrv', 'kvConfig.json'),
    ...options.namesrvProperties,
  };
}

export function brokerProperties(
  options: StandaloneOptions,
  folder: string,
  namesrvAddr: string,
): Properties {
  const { host = '127.0.0.1', brokerPort = 0 } = options;
  return {
    bindAddress: host,
    listenPort: String(brokerPort),
    namesrvAddr,
    brokerName: 'standalone',
    // A developer's disk is often nearly full; what counts here is that there is room at all.
    diskSpaceWarningLevelRatio: '100',
    storePathRootDir: join(folder, 'store'),
    ...(options.folder === undefined ? SMALL_FILES : {}),
    ...options.brokerProperties,
  };
}
