import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { repositoryRoot } from '../support/servers';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

/** The bundle that the build puts beside a program stands for its modules as long as it is theirs. */
describe('a program of bin/', () => {
  const folder = makeTemporaryFolder('bundle');
  const dist = path.join(folder, 'apps/demo/dist');
  const buildInfo = path.join(dist, '.tsbuildinfo');

  const run = (): string =>
    spawnSync(process.execPath, ['-e', `require('${folder}/bin/run-built')('demo')`], {
      encoding: 'utf8',
    }).stdout;

  beforeAll(() => {
    fs.mkdirSync(path.join(folder, 'bin'));
    fs.mkdirSync(dist, { recursive: true });
    for (const name of ['run-built.js', 'run-bundle.js']) {
      fs.copyFileSync(path.join(repositoryRoot, 'bin', name), path.join(folder, 'bin', name));
    }
    fs.writeFileSync(path.join(dist, 'main.js'), `exports.main = () => console.log('modules');`);
    fs.writeFileSync(buildInfo, '{}');
    const builds = [['.tsbuildinfo', Math.floor(fs.statSync(buildInfo).mtimeMs / 1000), 2]];
    fs.writeFileSync(
      path.join(dist, 'main.bundle.js'),
      `exports.builds = ${JSON.stringify(builds)};
       exports.load = () => ({ main: () => console.log('bundle') });`,
    );
  });

  afterAll(() => removeFolder(folder));

  it('runs from the bundle of its build', () => {
    expect(run()).toBe('bundle\n');
  });

  it('runs from the bundle when its cache is of another version of Node', () => {
    fs.writeFileSync(path.join(dist, 'main.bundle.js.cache'), 'another version');
    expect(run()).toBe('bundle\n');
  });

  it('runs from its modules once these were compiled again', () => {
    fs.utimesSync(buildInfo, new Date(), new Date(Date.now() - 60_000));
    expect(run()).toBe('modules\n');
  });

  it.each(['namesrv', 'broker', 'standalone'])('%s has one after `npm run build`', (program) => {
    const file = path.join(repositoryRoot, 'apps', program, 'dist/main.bundle.js');
    const runBundle = path.join(repositoryRoot, 'bin/run-bundle');
    const code = `console.log(typeof require('${runBundle}').runBundle('${file}').exports.load().main)`;
    const { stdout } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
    expect(stdout).toBe('function\n');
  });
});
