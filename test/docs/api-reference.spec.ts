import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../support/servers';

describe('docs/rocket-nest/api.md', () => {
  it('is what node tools/api-reference.mjs writes from the docstrings', async () => {
    const script = join(repositoryRoot, 'tools/api-reference.mjs');
    await promisify(execFile)(process.execPath, [script, '--check'], { timeout: 60_000 });
  }, 60_000);
});
