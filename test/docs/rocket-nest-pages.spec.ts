import * as fs from 'node:fs';
import * as path from 'node:path';
import { repositoryRoot } from '../support/servers';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import { compileExamples } from './examples/compile-examples';
import { ExampleServers } from './examples/example-servers';
import { readPageExamples } from './examples/page-examples';
import { runExample } from './examples/run-example';

jest.setTimeout(120_000);

const docs = path.join(repositoryRoot, 'docs/rocket-nest');
const files = fs.readdirSync(docs).filter((name) => name.endsWith('.md'));
/** Written from the declarations themselves. */
const GENERATED = 'api.md';
const written = files.filter((name) => name !== GENERATED);
const pages = written.map((name) => readPageExamples(path.join(docs, name)));
const withExamples = pages.filter(({ examples }) => examples.length > 0);
const runs = withExamples.flatMap(({ page, examples, outputs }) =>
  examples
    .filter(({ kind }) => kind !== 'file')
    .map((example) => ({
      name: `${page}: ${example.name}`,
      page,
      example,
      outputs: outputs.filter((each) => each.example === example.name),
    })),
);

describe('the pages of docs/rocket-nest', () => {
  let folder: string;
  let problems: string[];
  const servers = new ExampleServers();

  beforeAll(() => {
    folder = makeTemporaryFolder('pages');
    fs.symlinkSync(
      path.join(repositoryRoot, 'node_modules'),
      path.join(folder, 'node_modules'),
      'dir',
    );
    problems = compileExamples(folder, withExamples);
  });
  afterAll(async () => {
    await servers.stop();
    removeFolder(folder);
  });

  it('compile', () => {
    expect(problems).toEqual([]);
  });

  it.each(runs)('$name runs and prints what the page says', async ({ page, example, outputs }) => {
    const environment = await servers.environmentFor(example.servers);
    const isComplete = (text: string): boolean => outputs.every(({ lines }) => stands(lines, text));
    const end = await runExample(path.join(folder, page), example, environment, isComplete);
    if (end.code !== 0 || !isComplete(end.printed)) {
      throw new Error(`it ended with ${end.code} and printed\n${end.printed}`);
    }
  });

  it('run every file that they show', () => {
    const shown = withExamples.map(({ page, examples, outputs }) => {
      const names = new Set(examples.map(({ name }) => name));
      const run = examples.filter(({ kind }) => kind !== 'file').map(({ name }) => name);
      const reached = reachable(path.join(folder, page), run);
      const notRun = [...names].filter((name) => !reached.has(name));
      const unknown = outputs.filter(({ example }) => !run.includes(example));
      return { page, notRun, unknownOutputs: unknown.map(({ example }) => example) };
    });
    expect(shown).toEqual(shown.map(({ page }) => ({ page, notRun: [], unknownOutputs: [] })));
  });

  it('link to what exists, and are all linked from the first', () => {
    const broken = files.flatMap((name) =>
      linksOf(name)
        .filter((link) => !fs.existsSync(path.join(docs, link)))
        .map((link) => `${name}: ${link}`),
    );
    expect(broken).toEqual([]);
    expect(linksOf('README.md')).toEqual(
      expect.arrayContaining(files.filter((name) => name !== 'README.md')),
    );
  });
});

/** Whether the lines stand in the text, in their order, whatever lies between. */
function stands(lines: readonly string[], text: string): boolean {
  const printed = text.split('\n').map((line) => line.trim());
  let from = 0;
  for (const line of lines) {
    from = printed.indexOf(line.trim(), from) + 1;
    if (from === 0) return false;
  }
  return true;
}

/** The files that the given ones load, themselves included. */
function reachable(folder: string, entries: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const visit = (name: string): void => {
    if (reached.has(name)) return;
    reached.add(name);
    const code = fs.readFileSync(path.join(folder, name), 'utf8');
    for (const [, target] of code.matchAll(/from '(\.{1,2}\/[^']+)'/g)) {
      const file = path.posix.join(path.posix.dirname(name), `${target.replace(/\.js$/, '')}.ts`);
      if (fs.existsSync(path.join(folder, file))) visit(file);
    }
  };
  for (const entry of entries) visit(entry);
  return reached;
}

function linksOf(name: string): string[] {
  const text = fs.readFileSync(path.join(docs, name), 'utf8');
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, link]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}
