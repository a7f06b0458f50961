#!/usr/bin/env node
/**
 * What `npm test` runs: the build, the checks of `npm run check`, and every Jest suite.
 *   node tools/run-tests.mjs [SUITE ...] [-- JEST-ARGUMENT ...]
 * Prints what failed and what was skipped with each suite's duration, and ends with one line
 * `N passed, N failed[, N skipped]` over all suites; the exit code is 1 when something failed.
 * With CI=true a skipped test counts as failed, unless its name starts with `[not in CI]`.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const inCi = process.env.CI === 'true';

/** Suites in the order they run: the folders of a Jest run, and after how long it is stopped. */
const jestSuites = {
  unit: { folders: ['libs', 'apps'], limitMinutes: 6 },
  e2e: { folders: ['test/e2e'], limitMinutes: 6 },
  conformance: { folders: ['test/conformance'], limitMinutes: 6 },
  docs: { folders: ['test/docs'], limitMinutes: 5 },
  fuzz: { folders: ['test/fuzz'], limitMinutes: 4 },
  interop: { folders: ['test/interop'], limitMinutes: 12 },
  seckill: { folders: ['test/seckill'], limitMinutes: 8 },
  crash: { folders: ['test/crash'], limitMinutes: Number(process.env.CRASH_LIMIT_MINUTES ?? 15) },
};
/** Half a minute on a quiet machine. */
const CHECKS_LIMIT_MINUTES = 10;
const suiteNames = ['checks', ...Object.keys(jestSuites)];

const args = process.argv.slice(2);
const divider = args.indexOf('--');
const asked = divider < 0 ? args : args.slice(0, divider);
const jestArguments = divider < 0 ? [] : args.slice(divider + 1);
const unknown = asked.filter((name) => !suiteNames.includes(name));
if (unknown.length > 0) {
  console.error(`no suite named ${unknown.join(', ')}; there are ${suiteNames.join(', ')}`);
  process.exit(2);
}
const wanted = asked.length > 0 ? asked : suiteNames;

const totals = { passed: 0, failed: 0, skipped: 0 };
const add = ({ passed = 0, failed = 0, skipped = 0 }) => {
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
};

let running;
/** Runs a Node program in its own process group, so that nothing it started outlives it. */
function run(script, programArguments, limitMinutes) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...programArguments], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
    });
    running = child;
    let lastLine = '';
    const print = (chunk) => {
      process.stdout.write(chunk);
      lastLine = String(chunk).trimEnd().split('\n').pop();
    };
    child.stdout.on('data', print);
    child.stderr.on('data', print);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, limitMinutes * 60_000);
    child.once('close', (code) => {
      clearTimeout(timer);
      killGroup(child);
      running = undefined;
      resolve({ code, timedOut, lastLine });
    });
  });
}

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is empty: the usual case.
  }
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    if (running) killGroup(running);
    process.exit(130);
  });
}

async function runChecks() {
  const { lastLine, timedOut } = await run('tools/check.mjs', [], CHECKS_LIMIT_MINUTES);
  if (timedOut) console.log(`FAIL checks: stopped after ${CHECKS_LIMIT_MINUTES} minutes`);
  const found = /(\d+) passed, (\d+) failed/.exec(lastLine);
  if (!found || timedOut) return { failed: 1 };
  return { passed: Number(found[1]), failed: Number(found[2]) };
}

async function runJest(name, { folders, limitMinutes }) {
  const existing = folders.filter((folder) => fs.existsSync(path.join(root, folder)));
  if (existing.length === 0) return {};
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rocket-nest-tests-'));
  try {
    const report = path.join(folder, 'report.json');
    const options = ['--ci', '--json', '--outputFile', report, '--passWithNoTests'];
    const patterns = existing.map((each) => `^${path.join(root, each)}/`);
    const { timedOut } = await run(
      'node_modules/jest/bin/jest.js',
      [...options, ...jestArguments, '--testPathPatterns', ...patterns],
      limitMinutes,
    );
    if (timedOut) console.log(`FAIL ${name}: stopped after ${limitMinutes} minutes`);
    if (!fs.existsSync(report)) return { failed: 1 };
    const counts = count(JSON.parse(fs.readFileSync(report, 'utf8')));
    // Jest reports before it waits for what a test left open.
    return timedOut ? { ...counts, failed: counts.failed + 1 } : counts;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Adds up a Jest report; a file that could not run at all counts as one failure. */
function count(report) {
  const skippedTests = report.testResults
    .flatMap((file) => file.assertionResults)
    .filter((test) => ['pending', 'skipped', 'todo', 'disabled'].includes(test.status));
  const isFailure = (test) => inCi && !test.fullName.includes('[not in CI]');
  for (const test of skippedTests) {
    const word = isFailure(test) ? 'FAIL (skipped, though CI must run it)' : 'SKIPPED';
    console.log(`${word} ${test.fullName}`);
  }
  const lost = skippedTests.filter(isFailure).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites + lost,
    skipped: skippedTests.length - lost,
  };
}

const line = ({ passed = 0, failed = 0, skipped = 0 }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

async function suite(name, work) {
  const start = performance.now();
  console.log(`\n=== ${name}`);
  const counts = await work();
  add(counts);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`=== ${name}: ${line(counts)} (${seconds} s)`);
  return `${name.padEnd(12)} ${seconds.padStart(7)} s  ${line(counts)}`;
}

const summary = [];
const jestWanted = Object.entries(jestSuites).filter(([name]) => wanted.includes(name));
// The checks build first; without them the tests still need what the build writes.
if (wanted.includes('checks')) summary.push(await suite('checks', runChecks));
else
  await run('tools/check.mjs', ['build'], CHECKS_LIMIT_MINUTES).then(({ code }) =>
    add({ failed: code ? 1 : 0 }),
  );
for (const [name, options] of jestWanted) {
  summary.push(await suite(name, () => runJest(name, options)));
}
console.log(`\n${summary.join('\n')}`);
console.log(line(totals));
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
