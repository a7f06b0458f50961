import * as path from 'node:path';
import { launchApacheBroker, launchApacheServer } from './apache-server';
import { freePorts } from './polling';
import type { ServerProcess } from './server-process';
import { type Cluster, type Properties, waitForBroker } from './servers';
import { makeTemporaryFolder, removeFolder } from './temporary-folder';

export { APACHE_VERSION } from './apache-server';

/**
 * Apache RocketMQ itself: one name server and one broker, on free ports, in a temporary folder. With
 * system properties (TLS) the caller waits for the broker itself, by the means that they demand.
 */
export async function startApacheRocketMQ(
  brokerProperties: Properties = {},
  systemProperties?: Properties,
): Promise<Cluster> {
  const folder = makeTemporaryFolder('apache');
  const [namesrvPort, brokerPort] = await freePorts(2);
  const namesrvAddr = `127.0.0.1:${namesrvPort}`;
  const started: ServerProcess[] = [];
  const stop = async (): Promise<void> => {
    try {
      for (const server of started.reverse()) await server.stop(30_000);
    } finally {
      removeFolder(folder);
    }
  };
  const ready = async (launched: Promise<ServerProcess>): Promise<ServerProcess> => {
    const server = await launched;
    started.push(server);
    return server.ready();
  };
  try {
    const namesrvHome = { folder: path.join(folder, 'namesrv'), port: namesrvPort };
    const namesrv = await ready(launchApacheServer('namesrv', namesrvHome, systemProperties));
    const properties = {
      namesrvAddr,
      mappedFileSizeCommitLog: 104_857_600,
      maxIndexNum: 1000,
      maxHashSlotNum: 4000,
      ...brokerProperties,
    };
    const home = { folder: path.join(folder, 'broker'), port: brokerPort, properties };
    const broker = await ready(launchApacheBroker(home, systemProperties));
    if (!systemProperties) await waitForBroker(namesrvPort, 'broker-a');
    return { namesrvAddr, brokerAddr: `127.0.0.1:${brokerPort}`, folder, namesrv, broker, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
