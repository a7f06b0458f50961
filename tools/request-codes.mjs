#!/usr/bin/env node
/**
 * Writes docs/request-codes.md from the code: every request code of RocketMQ 5.5.0, what answers it
 * here, who may send it, and the test that covers it.
 *   node tools/request-codes.mjs [--check]
 * With --check nothing is written; the exit code is 1 when the page differs.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const page = path.join(root, 'docs/request-codes.md');
const require = createRequire(import.meta.url);

/** Who answers each code in Apache RocketMQ 5.5.0; nobody answers the last kind. */
const originals = JSON.parse(fs.readFileSync(path.join(root, 'tools/request-codes.json'), 'utf8'));

/** Stands for any processor with any method: the tables only refer to them. */
const anyProcessor = new Proxy(() => undefined, { get: () => anyProcessor });

/** The tables of the built libs: code -> its entry. */
export function readTables() {
  const namesrv = require('@rocket-nest/namesrv/internal').createRequestTable(anyProcessor);
  const broker = require('@rocket-nest/broker/internal').createRequestTable(anyProcessor);
  const { BrokerRequestProcessor } = require('@rocket-nest/client/internal');
  const client = new Map(
    [...new BrokerRequestProcessor(anyProcessor, anyProcessor).codes].map((code) => [
      code,
      { code },
    ]),
  );
  return { namesrv, broker, client };
}

/** Files that may cover a code, those nearest to what handles it first. */
const testFolders = {
  namesrv: ['libs/namesrv', 'test/e2e', 'apps/namesrv', 'test/interop'],
  broker: ['libs/broker', 'test/e2e', 'apps/broker', 'test/interop', 'libs/client'],
  client: ['libs/client', 'test/e2e', 'test/interop'],
};

function specsBelow(folder) {
  const absolute = path.join(root, folder);
  if (!fs.existsSync(absolute)) return [];
  return fs
    .readdirSync(absolute, { recursive: true })
    .filter((file) => file.endsWith('.spec.ts') && !/(^|\/)(node_modules|dist)\//.test(file))
    .filter((file) => !file.endsWith('request-table.spec.ts')) // names codes, sends none
    .sort()
    .map((file) => path.posix.join(folder, file));
}

const texts = new Map();
/** A test with the kits of its lib that it imports: those often send the requests. */
function textOf(file) {
  let text = texts.get(file);
  if (text === undefined) {
    const read = (name) => fs.readFileSync(path.join(root, name), 'utf8');
    text = read(file);
    for (const [, kit] of text.matchAll(/from '(\.\.?\/[^']*testing\/[^']+)'/g)) {
      const name = path.posix.join(path.posix.dirname(file), `${kit}.ts`);
      if (fs.existsSync(path.join(root, name))) text += read(name);
    }
    texts.set(file, text);
  }
  return text;
}

/** The test named by hand in request-codes.json, or the first that names the code. */
function coveringTest(name, handler) {
  const byHand = originals[name].test;
  if (byHand) return fs.existsSync(path.join(root, byHand)) ? byHand : undefined;
  const named = new RegExp(`\\b${name}\\b`);
  for (const folder of testFolders[handler]) {
    const found = specsBelow(folder).find((file) => named.test(textOf(file)));
    if (found) return found;
  }
  return undefined;
}

const handlerNames = { namesrv: 'name server', broker: 'broker', client: 'client' };

/** One row for each code, in the order of the numbers. */
export function requestCodeRows() {
  const { RequestCode } = require('@rocket-nest/remoting');
  const tables = readTables();
  return Object.entries(RequestCode)
    .sort(([, a], [, b]) => a - b)
    .map(([name, code]) => {
      const handlers = Object.keys(tables).filter((each) => tables[each].has(code));
      const entry = tables[handlers[0]]?.get(code);
      const original = originals[name]?.handledBy ?? [];
      const access = entry?.access;
      return {
        code,
        name,
        handlers,
        handledBy: handlers.map((each) => handlerNames[each]).join(', '),
        original: original.join(', '),
        state: stateOf(handlers, original),
        access: (typeof access === 'object' ? access.kind : access) ?? '',
        test: handlers.length > 0 ? coveringTest(name, handlers[0]) : undefined,
      };
    });
}

function stateOf(handlers, original) {
  if (handlers.length > 0) return 'answered';
  if (original.length === 0) return 'nobody answers it in 5.5.0';
  return 'not supported';
}

export function renderPage(rows) {
  const answered = rows.filter((row) => row.handlers.length > 0).length;
  const lines = [
    '# Request codes',
    '',
    '<!-- Written by `node tools/request-codes.mjs`; a test compares this page with the code. -->',
    '',
    `Every request code of RocketMQ 5.5.0 (${rows.length}), ${answered} of them answered here. ` +
      'A code that is not supported is answered with REQUEST_CODE_NOT_SUPPORTED (3). ' +
      '*Access* is who may send it once authentication is on.',
    '',
    '| code | name | in 5.5.0 answered by | here answered by | state | access | test |',
    '|---:|---|---|---|---|---|---|',
    ...rows.map(({ code, name, original, handledBy, state, access, test }) => {
      const link = test ? `[${path.posix.basename(test)}](../${test})` : '';
      return `| ${code} | ${name} | ${original} | ${handledBy} | ${state} | ${access} | ${link} |`;
    }),
    '',
  ];
  return lines.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = requestCodeRows();
  const text = renderPage(rows);
  const uncovered = rows.filter((row) => row.handlers.length > 0 && !row.test);
  if (uncovered.length > 0) {
    console.error(`no test names ${uncovered.map((row) => row.name).join(', ')}`);
  }
  const current = fs.existsSync(page) ? fs.readFileSync(page, 'utf8') : '';
  if (process.argv.includes('--check')) {
    if (current !== text) console.error('docs/request-codes.md differs from the code');
    process.exitCode = current === text && uncovered.length === 0 ? 0 : 1;
  } else {
    fs.writeFileSync(page, text);
  }
}
