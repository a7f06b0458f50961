import { sendBodies } from '../raw-client';
import { RawConnection } from '../raw-connection';
import { sleep } from '../polling';

/**
 * Sends at a fixed rate until it is killed, whether answers come or not, and prints a line of JSON
 * for every window: how long answers took, in ms from the write of each request.
 *   steady-sender PORT TOPIC QUEUES MESSAGES-PER-SECOND
 */
export interface SendWindow {
  /** When it began and ended, in ms of the wall clock. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly answered: number;
  readonly refused: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const WINDOW_MS = 250;
const CONNECTIONS = 4;
const BODY = Buffer.alloc(100, 'x');
/** Requests under way past which it gives up: the server does not keep up with the rate at all. */
const MAX_UNDER_WAY = 50_000;

async function main(): Promise<void> {
  const [port, topic, queues, rate] = process.argv.slice(2);
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => RawConnection.open(Number(port))),
  );
  const perMs = Number(rate) / 1000;
  let latencies: number[] = [];
  let refused = 0;
  let underWay = 0;
  let sent = 0;
  const sendOne = async (): Promise<void> => {
    const queueId = sent % Number(queues);
    const connection = connections[sent++ % CONNECTIONS];
    underWay++;
    const startedAt = performance.now();
    const { code } = await sendBodies(connection, { topic, queueId }, [BODY]);
    latencies.push(performance.now() - startedAt);
    if (code !== 0) refused++;
    underWay--;
  };
  const startedAt = performance.now();
  let windowFrom = Date.now();
  for (;;) {
    const due = Math.floor((performance.now() - startedAt) * perMs);
    while (sent < due) void sendOne();
    if (underWay > MAX_UNDER_WAY) throw new Error(`${underWay} requests without an answer`);
    if (Date.now() - windowFrom >= WINDOW_MS) {
      print(windowFrom, latencies, refused);
      latencies = [];
      refused = 0;
      windowFrom = Date.now();
    }
    await sleep(1);
  }
}

function print(fromMs: number, latencies: number[], refused: number): void {
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Infinity;
  const window: SendWindow = {
    fromMs,
    toMs: Date.now(),
    answered: latencies.length,
    refused,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: latencies[latencies.length - 1] ?? Infinity,
  };
  process.stdout.write(`${JSON.stringify(window)}\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
