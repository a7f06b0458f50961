import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { repositoryRoot } from '../support/servers';

it('docs/request-codes.md says what the code does, and every answered code has a test', () => {
  const tool = path.join(repositoryRoot, 'tools/request-codes.mjs');
  const { status, stderr } = spawnSync(process.execPath, [tool, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
