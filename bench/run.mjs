#!/usr/bin/env node
/**
 * Microbenchmarks of the hot path, each beside its recorded baseline.
 *   node bench/run.mjs [--record] [NAME-PART ...]
 * Run it on a quiet machine. `--record` writes bench/baseline.json anew; ratios mean something only
 * on the machine that file describes.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cases as decode } from './cases/decode.mjs';
import { cases as idempotency } from './cases/idempotency.mjs';
import { cases as listener } from './cases/listener.mjs';
import { cases as store } from './cases/store.mjs';

const baselineFile = path.join(path.dirname(fileURLToPath(import.meta.url)), 'baseline.json');
const args = process.argv.slice(2);
const record = args.includes('--record');
const parts = args.filter((each) => !each.startsWith('--'));

const machine = {
  cpu: os.cpus()[0].model.trim(),
  cores: os.cpus().length,
  node: process.version,
};
const baseline = fs.existsSync(baselineFile)
  ? JSON.parse(fs.readFileSync(baselineFile, 'utf8'))
  : { results: {} };

const results = {};
const table = [];
for (const [name, run] of Object.entries({ ...decode, ...store, ...listener, ...idempotency })) {
  if (parts.length > 0 && !parts.some((part) => name.includes(part))) continue;
  const result = await run();
  results[name] = result;
  const before = baseline.results[name]?.nsPerOperation;
  table.push({
    case: name,
    'ns/op': result.nsPerOperation,
    'op/s': result.operationsPerSecond,
    spread: result.spread,
    'time/baseline': before ? Number((result.nsPerOperation / before).toFixed(2)) : undefined,
  });
}
console.table(table);
if (record) {
  const all = { ...baseline.results, ...results };
  fs.writeFileSync(baselineFile, `${JSON.stringify({ machine, results: all }, null, 2)}\n`);
} else if (baseline.machine && JSON.stringify(baseline.machine) !== JSON.stringify(machine)) {
  console.log(`the baseline is of another machine: ${JSON.stringify(baseline.machine)}`);
}
