import * as fs from 'node:fs';
import * as path from 'node:path';
import { mavenClasspath } from './java';
import { freePorts } from './polling';
import { ServerProcess } from './server-process';
import { formatProperties, type Cluster, type Properties, waitForBroker } from './servers';
import { makeTemporaryFolder, removeFolder } from './temporary-folder';

export const APACHE_VERSION = '5.5.0';

const moduleAccess = [
  '--add-exports=java.base/sun.nio.ch=ALL-UNNAMED',
  '--add-opens=java.base/java.nio=ALL-UNNAMED',
  '--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED',
];

/**
 * Apache RocketMQ itself: one name server and one broker, on free ports, in a temporary folder. With
 * system properties (TLS) the caller waits for the broker itself, by the means that they demand.
 */
export async function startApacheRocketMQ(
  brokerProperties: Properties = {},
  systemProperties?: Properties,
): Promise<Cluster> {
  const classpath = await mavenClasspath('pom-server.xml', 'apache-rocketmq', APACHE_VERSION);
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
  const start = async (
    name: string,
    mainClass: string,
    port: number,
    heap: string,
    properties: Properties,
  ): Promise<ServerProcess> => {
    const home = path.join(folder, name);
    fs.mkdirSync(home);
    const file = path.join(home, `${name}.conf`);
    fs.writeFileSync(file, formatProperties(properties));
    const server = new ServerProcess({
      name: `Apache RocketMQ ${name}`,
      command: 'java',
      args: [
        ...[`-Xmx${heap}`, '-XX:MaxDirectMemorySize=512m', `-Duser.home=${home}`, ...moduleAccess],
        ...Object.entries(systemProperties ?? {}).map(([name, value]) => `-D${name}=${value}`),
        ...['-cp', classpath, mainClass, '-c', file],
      ],
      logFile: path.join(home, 'out.log'),
      port,
      env: { ROCKETMQ_HOME: home },
    });
    started.push(server);
    return server.ready();
  };
  try {
    const namesrvClass = 'org.apache.rocketmq.namesrv.NamesrvStartup';
    const namesrv = await start('namesrv', namesrvClass, namesrvPort, '256m', {
      listenPort: namesrvPort,
    });
    const brokerClass = 'org.apache.rocketmq.broker.BrokerStartup';
    const broker = await start('broker', brokerClass, brokerPort, '1g', {
      brokerClusterName: 'DefaultCluster',
      brokerName: 'broker-a',
      brokerId: 0,
      brokerIP1: '127.0.0.1',
      listenPort: brokerPort,
      haListenPort: brokerPort + 1,
      namesrvAddr,
      storePathRootDir: path.join(folder, 'broker', 'store'),
      mappedFileSizeCommitLog: 104_857_600,
      maxIndexNum: 1000,
      maxHashSlotNum: 4000,
      // 200 ms by default, after which it refuses sends: a busy test machine takes longer.
      waitTimeMillsInSendQueue: 20_000,
      ...brokerProperties,
    });
    if (!systemProperties) await waitForBroker(namesrvPort, 'broker-a');
    return { namesrvAddr, brokerAddr: `127.0.0.1:${brokerPort}`, folder, namesrv, broker, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
