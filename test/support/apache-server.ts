import * as fs from 'node:fs';
import * as path from 'node:path';
import { mavenClasspath } from './java';
import { ServerProcess } from './server-process';
import { formatProperties, type Properties, type ServerFolder } from './servers';

export const APACHE_VERSION = '5.5.0';

const MAIN_CLASSES = {
  namesrv: 'org.apache.rocketmq.namesrv.NamesrvStartup',
  broker: 'org.apache.rocketmq.broker.BrokerStartup',
};

const moduleAccess = [
  '--add-exports=java.base/sun.nio.ch=ALL-UNNAMED',
  '--add-opens=java.base/java.nio=ALL-UNNAMED',
  '--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED',
];

/** A server of Apache RocketMQ; returns before it is up. */
export async function launchApacheServer(
  kind: 'namesrv' | 'broker',
  { folder, port, properties = {}, startLimitMs }: ServerFolder,
  systemProperties: Properties = {},
): Promise<ServerProcess> {
  const classpath = await mavenClasspath('pom-server.xml', 'apache-rocketmq', APACHE_VERSION);
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${kind}.conf`);
  fs.writeFileSync(file, formatProperties({ listenPort: port, ...properties }));
  const heap = kind === 'broker' ? '1g' : '256m';
  return new ServerProcess({
    name: `Apache RocketMQ ${kind}`,
    command: 'java',
    args: [
      ...[`-Xmx${heap}`, '-XX:MaxDirectMemorySize=512m', '-XX:TieredStopAtLevel=1'],
      ...[`-Duser.home=${folder}`, ...moduleAccess],
      ...Object.entries(systemProperties).map(([name, value]) => `-D${name}=${value}`),
      ...['-cp', classpath, MAIN_CLASSES[kind], '-c', file],
    ],
    logFile: path.join(folder, `apache-${kind}.log`),
    port,
    env: { ROCKETMQ_HOME: folder },
    startLimitMs,
  });
}

/** Its broker on the store below a folder, which `launchBroker` opens as well. */
export function launchApacheBroker(
  options: ServerFolder,
  systemProperties?: Properties,
): Promise<ServerProcess> {
  const { folder, port } = options;
  const properties = {
    brokerClusterName: 'DefaultCluster',
    brokerName: 'broker-a',
    brokerId: 0,
    brokerIP1: '127.0.0.1',
    haListenPort: port + 1,
    storePathRootDir: path.join(folder, 'store'),
    // 200 ms by default, after which it refuses sends: a busy test machine takes longer.
    waitTimeMillsInSendQueue: 20_000,
    ...options.properties,
  };
  return launchApacheServer('broker', { ...options, properties }, systemProperties);
}
