import * as path from 'node:path';
import { Program } from '../support/program';
import { repositoryRoot } from '../support/servers';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

/** Buyers and items of each run; `npm run seckill:load` and `seckill:chaos` take ten times as many. */
const USERS = process.env.SECKILL_USERS ?? '2000';
const STOCK = process.env.SECKILL_STOCK ?? '100';
const RUN_LIMIT_MS = 240_000;

describe('a sale under load', () => {
  let folder: string;

  beforeEach(() => {
    folder = makeTemporaryFolder('seckill-run');
  });
  afterEach(() => removeFolder(folder));

  it.each(['load', 'chaos'])(
    'sells what there is, once, and the books agree: %s',
    async (name) => {
      const script = path.join(repositoryRoot, 'tools', 'seckill', `${name}.mjs`);
      const html = path.join(folder, 'report.html');
      const size = ['--users', USERS, '--stock', STOCK, '--drain-seconds', '150'];
      const program = new Program(script, [...size, '--html', html], {}, RUN_LIMIT_MS);
      const { code, stdout, stderr } = await program.end();
      const failures = stdout.split('\n').filter((line) => line.includes('FAIL'));
      expect({ failures, stderr: code === 0 ? '' : stderr }).toEqual({ failures: [], stderr: '' });
      expect(stdout).toContain('VERDICT: holds');
      expect(code).toBe(0);
    },
    RUN_LIMIT_MS + 10_000,
  );
});
