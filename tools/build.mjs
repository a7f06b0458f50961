#!/usr/bin/env node
/**
 * What `npm run build` runs: compiles every project, or those named and what they refer to, then
 * bundles the server programs.
 *   node tools/build.mjs [PROJECT ...]
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const programs = ['namesrv', 'broker', 'standalone'];

const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [compiler, '-b', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
for (const program of programs) {
  const main = path.join(root, 'apps', program, 'dist/main.js');
  if (fs.existsSync(main)) bundle(main);
}
