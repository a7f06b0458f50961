import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..');
const { peerDependenciesMeta } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
};

/** Prints what files of this package ask for while an entry is loaded. */
const RECORDER = `
  const Module = require('node:module');
  const load = Module._load;
  const asked = new Set();
  Module._load = function (request, parent, ...rest) {
    if (parent?.filename?.startsWith(process.argv[1])) asked.add(request);
    return load.call(this, request, parent, ...rest);
  };
  require(process.argv[1] + '/dist/' + process.argv[2]);
  console.log(JSON.stringify([...asked]));
`;

function askedBy(entry: string): string[] {
  const out = execFileSync(process.execPath, ['-e', RECORDER, folder, entry], { encoding: 'utf8' });
  return JSON.parse(out) as string[];
}

function optionalPeersOf(entry: string): string[] {
  const peers = Object.keys(peerDependenciesMeta);
  const asked = askedBy(entry);
  return peers.filter((peer) => asked.some((name) => name === peer || name.startsWith(`${peer}/`)));
}

describe('optional peers', () => {
  it.each([
    ['index.js', []],
    ['health.js', []],
    ['microservices.js', ['@nestjs/microservices']],
    ['metrics.js', ['prom-client']],
    ['tracing.js', ['@opentelemetry/api']],
  ])('%s loads %j alone', (entry, peers) => {
    expect(optionalPeersOf(entry)).toEqual(peers);
  });
});
