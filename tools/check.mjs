#!/usr/bin/env node
/**
 * Everything `npm run check` looks at: build, types of tests, lint, format, import boundaries.
 *   node tools/check.mjs [build|types|lint|format|imports ...]
 * Two checks run at a time. Each prints one line, and its output when it fails; the last line is
 * the total. The exit code is 1 when one failed.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const cache = 'node_modules/.cache';

/** Each check: the program below node_modules and its arguments. */
const checks = {
  build: ['../tools/build.mjs'],
  lint: [
    'eslint/bin/eslint.js',
    ...['.', '--max-warnings', '0', '--cache', '--cache-location', `${cache}/eslint/`],
  ],
  types: ['typescript/bin/tsc', '-p', 'tsconfig.spec.json'],
  format: [
    'prettier/bin/prettier.cjs',
    ...[
      '--check',
      '.',
      '--log-level',
      'warn',
      '--cache',
      '--cache-location',
      `${cache}/prettier/.prettier-cache`,
    ],
  ],
  imports: [
    'dependency-cruiser/bin/dependency-cruise.mjs',
    ...['--config', '.dependency-cruiser.cjs', 'libs', 'apps', 'test'],
  ],
};

/** Runs one check to its end; resolves with its exit code and what it printed. */
function run([script, ...args]) {
  return new Promise((resolve) => {
    const file = path.join(root, 'node_modules', script);
    const child = spawn(process.execPath, [file, ...args], { cwd: root });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('close', (code) => resolve({ code, output }));
  });
}

const results = [];
async function check(name) {
  const start = performance.now();
  const { code, output } = await run(checks[name]);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (code !== 0) console.log(output.trimEnd());
  results.push(code === 0);
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in checks));
if (unknown.length > 0) {
  console.error(
    `no check named ${unknown.join(', ')}; there are ${Object.keys(checks).join(', ')}`,
  );
  process.exit(2);
}
const wanted = asked.length > 0 ? asked : Object.keys(checks);
// The others read what the build writes: libs see each other through dist.
if (wanted.includes('build')) await check('build');
const rest = wanted.filter((name) => name !== 'build');
const worker = async () => {
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) await check(name);
};
await Promise.all([worker(), worker()]);
const failed = results.filter((ok) => !ok).length;
console.log(`checks: ${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
