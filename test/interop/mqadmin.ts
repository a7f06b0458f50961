import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { APACHE_VERSION } from '../support/apache-rocketmq';
import { compileJava, mavenClasspath } from '../support/java';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

const END = '\u0001END';
const COMMAND_LIMIT_MS = 30_000;

/** The published admin tool, in one JVM for all commands: a JVM for each would take a second. */
export class MqAdmin {
  private readonly child: ChildProcessWithoutNullStreams;
  private output = '';
  private onOutput: () => void = () => undefined;

  private constructor(
    private readonly folder: string,
    jars: string,
    namesrvAddr: string,
  ) {
    const logConfig = path.join(folder, 'logback.xml');
    fs.writeFileSync(logConfig, '<configuration><root level="OFF"/></configuration>');
    const properties = [
      `-Duser.home=${folder}`,
      // Some commands write there what they change.
      `-Djava.io.tmpdir=${folder}`,
      `-Drocketmq.client.logRoot=${folder}/logs`,
      `-Drmq.logback.configurationFile=${logConfig}`,
    ];
    const classpath = [path.join(folder, 'classes'), jars].join(path.delimiter);
    this.child = spawn(
      'java',
      ['-Xmx512m', '-XX:TieredStopAtLevel=1', ...properties, '-cp', classpath]
        // Quicker than the default of 20 s.
        .concat('-Drocketmq.client.rebalance.waitInterval=1000', 'MqAdmin', namesrvAddr),
    );
    const take = (chunk: Buffer): void => {
      this.output += chunk.toString();
      this.onOutput();
    };
    this.child.stdout.on('data', take);
    this.child.stderr.on('data', take);
    this.child.on('exit', () => this.onOutput());
  }

  static async start(namesrvAddr: string): Promise<MqAdmin> {
    const jars = await mavenClasspath('pom-server.xml', 'apache-rocketmq', APACHE_VERSION);
    const folder = makeTemporaryFolder('mqadmin');
    const sources = path.join(__dirname, 'java/mqadmin');
    await compileJava(sources, jars, path.join(folder, 'classes'));
    const admin = new MqAdmin(folder, jars, namesrvAddr);
    await admin.nextOutput('the start');
    return admin;
  }

  /** Runs one command and gives all it printed; rejects when it takes longer than 30 s. */
  async run(...command: string[]): Promise<string> {
    this.child.stdin.write(`${command.join('\t')}\n`);
    return this.nextOutput(command.join(' '));
  }

  async stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await ended;
    }
    removeFolder(this.folder);
  }

  private nextOutput(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => fail('took too long'), COMMAND_LIMIT_MS);
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new Error(`mqadmin ${command} ${why}:\n${this.output.slice(-4000)}`));
      };
      this.onOutput = () => {
        const end = this.output.indexOf(END);
        if (end >= 0) {
          clearTimeout(timer);
          const output = this.output.slice(0, end);
          this.output = this.output.slice(end + END.length).trimStart();
          resolve(output);
        } else if (this.child.exitCode !== null) fail('ended the process');
      };
      this.onOutput();
    });
  }
}
