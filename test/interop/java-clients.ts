import * as path from 'node:path';
import { compileJava, mavenClasspath, runJava } from '../support/java';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

export const javaClientVersions = ['4.9.8', '5.5.0'] as const;
export const serializations = ['JSON', 'ROCKETMQ'] as const;

export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
  readonly line: string;
}

/** Java/Interop.java compiled against one version of the published client. */
export class JavaClient {
  private constructor(
    private readonly jars: string,
    private readonly folder: string,
  ) {}

  static async prepare(version: string): Promise<JavaClient> {
    const jars = await mavenClasspath('pom.xml', 'rocketmq-client', version);
    const folder = makeTemporaryFolder(`java-client-${version}`);
    await compileJava(path.join(__dirname, 'java/src'), jars, path.join(folder, 'classes'));
    return new JavaClient(jars, folder);
  }

  /** Runs the checks (all when none is named) and gives a result for each that reported. */
  async run(
    namesrvAddr: string,
    serialization: (typeof serializations)[number],
    checks: readonly string[] = [],
  ): Promise<{ results: CheckResult[]; finished: boolean; output: string }> {
    const output = await runJava({
      classpath: [path.join(this.folder, 'classes'), this.jars],
      mainClass: 'Interop',
      args: [namesrvAddr, ...checks],
      properties: {
        'rocketmq.serialize.type': serialization,
        'rocketmq.client.logRoot': path.join(this.folder, 'logs'),
        // How soon a retry topic that has just appeared is consumed; 20 s by default.
        'rocketmq.client.rebalance.waitInterval': '1000',
        'user.home': this.folder,
      },
      limitMs: 180_000,
    });
    const lines = output.split('\n');
    const results = lines
      .map((line) => /^(PASS|FAIL) (\S+)/.exec(line))
      .filter((match) => match !== null)
      .map((match) => ({ name: match[2], passed: match[1] === 'PASS', line: match.input }));
    return { results, finished: lines.includes('DONE'), output };
  }

  dispose(): void {
    removeFolder(this.folder);
  }
}
