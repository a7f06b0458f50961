import * as fs from 'node:fs';
import * as path from 'node:path';
import { freePorts, waitFor } from './polling';
import { RawConnection } from './raw-connection';
import { ServerProcess } from './server-process';
import { makeTemporaryFolder, removeFolder } from './temporary-folder';

const GET_BROKER_CLUSTER_INFO = 106;

export const repositoryRoot = path.resolve(__dirname, '../..');

/** Lines of a configuration file. */
export type Properties = Readonly<Record<string, string | number | boolean>>;

export const formatProperties = (properties: Properties): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

/** What a test starts one server with: a folder of its own that holds configuration, log, store. */
export interface ServerFolder {
  readonly folder: string;
  readonly port: number;
  readonly properties?: Properties;
  readonly startLimitMs?: number;
}

export function startNamesrv(options: ServerFolder): Promise<ServerProcess> {
  // By default it is below the user's home, where a test has no business.
  const kvConfigPath = path.join(options.folder, 'kvConfig.json');
  return launch('namesrv', options, { listenPort: options.port, kvConfigPath }).ready();
}

export function startBroker(options: ServerFolder, namesrvAddr = ''): Promise<ServerProcess> {
  return launchBroker(options, namesrvAddr).ready();
}

/** A broker on an (at first empty) store below its folder; returns before it is up. */
export function launchBroker(options: ServerFolder, namesrvAddr = ''): ServerProcess {
  return launch('broker', options, {
    brokerClusterName: 'DefaultCluster',
    brokerName: 'broker-a',
    brokerId: 0,
    brokerIP1: '127.0.0.1',
    listenPort: options.port,
    ...(namesrvAddr === '' ? {} : { namesrvAddr }),
    storePathRootDir: path.join(options.folder, 'store'),
  });
}

function launch(
  kind: 'namesrv' | 'broker',
  { folder, port, properties, startLimitMs }: ServerFolder,
  base: Properties,
): ServerProcess {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${kind}.conf`);
  fs.writeFileSync(file, formatProperties({ ...base, ...properties }));
  return new ServerProcess({
    name: kind,
    command: path.join(repositoryRoot, `bin/mq${kind}`),
    args: ['-c', file],
    logFile: path.join(folder, `${kind}.log`),
    port,
    env: { ROCKETMQ_HOME: folder },
    startLimitMs,
  });
}

/** Resolves once the name server knows the broker. */
export async function waitForBroker(namesrvPort: number, brokerName: string): Promise<void> {
  const connection = await RawConnection.open(namesrvPort);
  try {
    await waitFor(`${brokerName} to register`, async () => {
      const answer = await connection.request(GET_BROKER_CLUSTER_INFO);
      return answer.body.includes(`"${brokerName}"`);
    });
  } finally {
    await connection.close();
  }
}

/** One name server and one broker of ours, in processes of their own, on free ports. */
export interface Cluster {
  readonly namesrvAddr: string;
  readonly brokerAddr: string;
  readonly folder: string;
  readonly namesrv: ServerProcess;
  readonly broker: ServerProcess;
  /** Stops both and removes the folder. */
  stop(): Promise<void>;
}

export async function startCluster(brokerProperties: Properties = {}): Promise<Cluster> {
  const folder = makeTemporaryFolder('cluster');
  const [namesrvPort, brokerPort] = await freePorts(2);
  const namesrvAddr = `127.0.0.1:${namesrvPort}`;
  const started: ServerProcess[] = [];
  const stop = async (): Promise<void> => {
    try {
      for (const server of started.reverse()) await server.stop();
    } finally {
      removeFolder(folder);
    }
  };
  try {
    const namesrv = await startNamesrv({
      folder: path.join(folder, 'namesrv'),
      port: namesrvPort,
    });
    started.push(namesrv);
    const broker = await startBroker(
      { folder: path.join(folder, 'broker'), port: brokerPort, properties: brokerProperties },
      namesrvAddr,
    );
    started.push(broker);
    await waitForBroker(namesrvPort, 'broker-a');
    return { namesrvAddr, brokerAddr: `127.0.0.1:${brokerPort}`, folder, namesrv, broker, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
