import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

const ROOT = resolve(__dirname, '../..');
const run = promisify(execFile);

/** The README's Nest program as a reader would copy it. */
function exampleOfReadme(): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  if (code === undefined) throw new Error('README.md has no ```ts block');
  return code;
}

describe("the README's Nest listener", () => {
  const folder = mkdtempSync(join(tmpdir(), 'readme-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('receives its message on an embedded broker, and the process ends by itself after close', async () => {
    const remote = "{ namesrvAddr: '127.0.0.1:9876' }";
    const example = exampleOfReadme();
    expect(example).toContain(remote);
    const source =
      example
        .replace(remote, '{ embedded: true }')
        .replace("console.log('paid', order.id);", "console.log('paid', order.id); received();")
        .replace('void main();', '') +
      `
      let received: () => void = () => undefined;
      const arrival = new Promise<void>((resolve) => (received = resolve));
      const create = NestFactory.createApplicationContext.bind(NestFactory);
      NestFactory.createApplicationContext = (async (...args: Parameters<typeof create>) => {
        const app = await create(...args);
        void arrival.then(() => app.close());
        return app;
      }) as typeof create;
      void main();
      `;
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: {
        module: ts.ModuleKind.CommonJS,
        target: ts.ScriptTarget.ES2022,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
      },
    });
    const file = join(folder, 'example.js');
    writeFileSync(file, outputText);
    const { stdout } = await run(process.execPath, [file], {
      cwd: folder,
      env: { ...process.env, NODE_ENV: 'development', NODE_PATH: join(ROOT, 'node_modules') },
      timeout: 25_000,
    });
    expect(stdout).toContain('paid 43');
  });
});
