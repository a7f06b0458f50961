import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const START_LIMIT_MS = 120_000;

/** The sample on embedded defaults, on free ports and in a temporary folder. */
export async function startEmbedded() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'seckill-'));
  const ports = ['--port', '--payment-port', '--namesrv-port', '--broker-port'];
  const child = spawn(
    process.execPath,
    [
      path.join(root, 'bin/seckill'),
      ...ports.flatMap((name) => [name, '0']),
      ...['--folder', folder, '--unpaid-delay', '30s', '--requests', '1000000'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: root },
  );
  const stop = async () => {
    if (child.exitCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    }
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    const output = await outputUntil(child, /broker +\S+\n/);
    const [, shop] = /shop +(\S+)/.exec(output);
    const [, payment] = /payment +(\S+)/.exec(output);
    return { shop, payment, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function outputUntil(child, pattern) {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error('the sample did not start')), START_LIMIT_MS);
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (!pattern.test(output)) return;
      clearTimeout(timer);
      resolve(output);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the sample ended with ${code}: ${output}`));
    });
  });
}
