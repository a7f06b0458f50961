import * as fs from 'node:fs';
import * as path from 'node:path';
import { compileJava, hasJava, mavenClasspath, runJava } from '../support/java';
import { pull } from '../support/raw-client';
import { RawConnection } from '../support/raw-connection';
import { type Cluster, repositoryRoot, startCluster } from '../support/servers';
import { readStoredRecords } from '../support/stored-record';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

const JAVA_CLIENT_VERSION = '5.5.0';
const NAMESRV_OF_README = '127.0.0.1:9876';
const MAX_QUEUES = 8;

/** The README's Java program as a reader would copy it, with this test's name server in it. */
function exampleOfReadme(namesrvAddr: string): string {
  const readme = fs.readFileSync(path.join(repositoryRoot, 'README.md'), 'utf8');
  const [, code] = /```java\n([\s\S]*?)```/.exec(readme) ?? [];
  if (!code?.includes(NAMESRV_OF_README)) throw new Error('README.md has no such ```java block');
  return code.replace(NAMESRV_OF_README, namesrvAddr);
}

const describeWithJava = hasJava() ? describe : describe.skip;

describeWithJava("the README's Java producer", () => {
  const folder = makeTemporaryFolder('readme-java');
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster();
  }, 60_000);

  afterAll(async () => {
    removeFolder(folder);
    await cluster?.stop();
  }, 60_000);

  it('sends its message to the servers', async () => {
    const jars = await mavenClasspath('pom.xml', 'rocketmq-client', JAVA_CLIENT_VERSION);
    const source = path.join(folder, 'src');
    fs.mkdirSync(source);
    fs.writeFileSync(path.join(source, 'Hello.java'), exampleOfReadme(cluster.namesrvAddr));
    const classes = path.join(folder, 'classes');
    await compileJava(source, jars, classes);
    const output = await runJava({
      classpath: [classes, jars],
      mainClass: 'Hello',
      args: [],
      properties: { 'user.home': folder },
      limitMs: 60_000,
    });
    expect(output).toContain('sendStatus=SEND_OK');

    const connection = await RawConnection.open(cluster.broker.options.port);
    const bodies: string[] = [];
    for (let queueId = 0; queueId < MAX_QUEUES; queueId++) {
      const answer = await pull(connection, { topic: 'order', queueId }, 0, 32);
      bodies.push(...readStoredRecords(answer.body).map((record) => record.body.toString()));
    }
    await connection.close();
    expect(bodies).toEqual(['{"id":"42"}']);
  }, 400_000);
});
