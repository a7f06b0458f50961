import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import ts from 'typescript';
import { waitFor } from '../support/polling';
import { repositoryRoot, startCluster, type Cluster } from '../support/servers';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

jest.setTimeout(60_000);

/** The program of docs/client.md as a reader would copy it. */
function programOfPage(): string {
  const page = fs.readFileSync(path.join(repositoryRoot, 'docs/client.md'), 'utf8');
  const [, code] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
  if (code === undefined) throw new Error('docs/client.md has no ```ts block');
  return code;
}

describe('the program of docs/client.md', () => {
  const folder = makeTemporaryFolder('client-page');
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(async () => {
    await cluster?.stop();
    removeFolder(folder);
  });

  it('sends, receives, and ends by itself when it is told to stop', async () => {
    const { outputText } = ts.transpileModule(programOfPage(), {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    const file = path.join(folder, 'program.js');
    fs.writeFileSync(file, outputText);
    const program = spawn(process.execPath, [file], {
      cwd: folder,
      env: {
        ...process.env,
        NAMESRV_ADDR: cluster.namesrvAddr,
        NODE_PATH: path.join(repositoryRoot, 'node_modules'),
      },
    });
    let output = '';
    for (const stream of [program.stdout, program.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    const ended = new Promise((resolve) => program.once('exit', resolve));
    try {
      await waitFor('the message', () => {
        if (program.exitCode !== null) throw new Error(`it ended with ${program.exitCode}`);
        return /^[0-9A-F]{32} \{"id":"42"\}$/m.test(output);
      });
      expect(output).toMatch(/^SEND_OK [0-9A-F]{32}$/m);
      program.kill('SIGTERM');
      expect(await ended).toBe(0);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${output}`, { cause: error });
    } finally {
      program.kill('SIGKILL');
    }
  });
});
