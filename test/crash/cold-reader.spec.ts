import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { launchApacheBroker } from '../support/apache-server';
import { CompiledProgram } from '../support/compiled-program';
import type { ColdRead } from '../support/depth/cold-reader';
import type { SendWindow } from '../support/depth/steady-sender';
import { freePorts, sleep } from '../support/polling';
import { Program } from '../support/program';
import { createTopic, sendBodies } from '../support/raw-client';
import { RawConnection } from '../support/raw-connection';
import type { ServerProcess } from '../support/server-process';
import { launchBroker } from '../support/servers';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

/** `npm run test:cold-reader` lets two million be read, and Apache RocketMQ do the same. */
const isLong = process.env.COLD_MESSAGES !== undefined;
const coldMessages = Number(process.env.COLD_MESSAGES ?? 600_000);
const rounds = Number(process.env.COLD_ROUNDS ?? 2);
const SENDS_PER_SECOND = 5000;
const MAX_RATIO = 2;
/** Other suites share the two cores in CI, and what they take there comes and goes. */
const SLACK_MS = isLong ? 0 : 20;
/** The reader stands for another machine: it must not take the servers' time on this one. */
const LOW_PRIORITY = ['nice', '-n', '19'];
const QUIET_MS = 4000;
const WARM_UP_MS = 3000;
const QUEUES = 8;
const BATCH = 500;
const PER_QUEUE = Math.ceil(coldMessages / QUEUES / BATCH) * BATCH;
const TOPIC = 'cold';

const OURS = 'our broker';
type Launch = (folder: string, port: number) => ServerProcess | Promise<ServerProcess>;
const servers: [string, Launch][] = [[OURS, (folder, port) => launchBroker({ folder, port })]];
if (isLong)
  servers.push(['Apache RocketMQ', (folder, port) => launchApacheBroker({ folder, port })]);

interface Outcome {
  readonly quietP99Ms: number;
  readonly readingP99Ms: number;
}

describe(`${SENDS_PER_SECOND} sends/s while ${PER_QUEUE * QUEUES} cold messages are read`, () => {
  const senderProgram = new CompiledProgram('test/support/depth/steady-sender.ts');
  const readerProgram = new CompiledProgram('test/support/depth/cold-reader.ts');
  const folder = makeTemporaryFolder('cold-reader');
  let broker: ServerProcess | undefined;

  afterAll(async () => {
    await broker?.kill();
    senderProgram.remove();
    readerProgram.remove();
    removeFolder(folder);
  });

  it.each(servers)(
    '%s',
    async (name, launch) => {
      const own = path.join(folder, name.replace(/\W/g, '-'));
      const [port] = await freePorts(1);
      broker = await (await launch(own, port)).ready();
      await fill(port);
      await broker.stop(60_000);
      broker = await (await launch(own, port)).ready();
      const outcome = await measure(name, port, own);
      await broker.kill();
      fs.rmSync(own, { recursive: true });
      if (name !== OURS) return;
      const { quietP99Ms, readingP99Ms } = outcome;
      expect(readingP99Ms).toBeLessThan(quietP99Ms * MAX_RATIO + SLACK_MS);
    },
    240_000 + coldMessages / 5,
  );

  async function fill(port: number): Promise<void> {
    const connection = await RawConnection.open(port);
    await createTopic(connection, TOPIC, QUEUES);
    await createTopic(connection, `${TOPIC}-hot`, QUEUES);
    const bodies = Array.from({ length: BATCH }, () => Buffer.alloc(100, 'x'));
    for (let sent = 0; sent < PER_QUEUE; sent += BATCH) {
      for (let queueId = 0; queueId < QUEUES; queueId++) {
        const { code, remark } = await sendBodies(connection, { topic: TOPIC, queueId }, bodies);
        if (code !== 0) throw new Error(`send: ${code} ${remark}`);
      }
    }
    await connection.close();
  }

  /** Quiet and reading by turns, so that what else the machine does hits both alike. */
  async function measure(name: string, port: number, store: string): Promise<Outcome> {
    const args = [String(port), TOPIC, String(QUEUES)];
    const rate = String(SENDS_PER_SECOND);
    const sender = start(senderProgram, [args[0], `${TOPIC}-hot`, args[2], rate], []);
    await sleep(WARM_UP_MS);
    const quiet: [number, number][] = [];
    const reads: ColdRead[] = [];
    for (let round = 0; round < rounds; round++) {
      const fromMs = Date.now();
      await sleep(QUIET_MS);
      quiet.push([fromMs, Date.now()]);
      forgetCachedPages(store);
      const reader = await start(readerProgram, [...args, String(PER_QUEUE)], LOW_PRIORITY).end();
      expect(reader.stderr).toBe('');
      reads.push(JSON.parse(reader.stdout) as ColdRead);
    }
    await sleep(1000);
    const { stdout, stderr } = await sender.stop();
    expect(stderr).toBe('');
    const windows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as SendWindow);
    const within = (ranges: readonly (readonly [number, number])[]): SendWindow[] =>
      windows.filter(({ fromMs, toMs }) =>
        ranges.some(([from, to]) => fromMs >= from && toMs <= to),
      );
    const quietWindows = within(quiet);
    const readingWindows = within(reads.map(({ fromMs, toMs }) => [fromMs, toMs]));
    expect(quietWindows.length).toBeGreaterThan(0);
    expect(readingWindows.length).toBeGreaterThan(0);
    if (name === OURS) {
      const refused = [...quietWindows, ...readingWindows].map((window) => window.refused);
      expect(Math.max(...refused)).toBe(0);
    }
    const outcome = {
      quietP99Ms: median(quietWindows.map(({ p99Ms }) => p99Ms)),
      readingP99Ms: median(readingWindows.map(({ p99Ms }) => p99Ms)),
    };
    tell(name, outcome, reads, quietWindows, readingWindows);
    return outcome;
  }

  function start(
    program: CompiledProgram,
    args: readonly string[],
    by: readonly string[],
  ): Program {
    const [command, ...rest] = [...by, process.execPath, program.file, ...args];
    return new Program(command, rest, program.env, 600_000);
  }
});

/** So that reading is reading from the disk. */
function forgetCachedPages(store: string): void {
  for (const folder of ['store/commitlog', 'store/consumequeue']) {
    for (const file of fs.readdirSync(path.join(store, folder), { recursive: true })) {
      const full = path.join(store, folder, String(file));
      if (!fs.statSync(full).isFile()) continue;
      const flags = ['oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'];
      execFileSync('dd', [`of=${full}`, ...flags]);
    }
  }
}

function tell(
  name: string,
  { quietP99Ms, readingP99Ms }: Outcome,
  reads: readonly ColdRead[],
  quiet: readonly SendWindow[],
  reading: readonly SendWindow[],
): void {
  const perSecond = reads.map(({ messages, fromMs, toMs }) =>
    Math.round((messages / (toMs - fromMs)) * 1000),
  );
  const worst = (windows: readonly SendWindow[]): string =>
    Math.max(...windows.map(({ maxMs }) => maxMs)).toFixed(1);
  const sent = (windows: readonly SendWindow[]): number => {
    const rates = windows.map(({ answered, fromMs, toMs }) => (answered / (toMs - fromMs)) * 1000);
    return Math.round(median(rates));
  };
  process.stdout.write(
    `${name}: send p99 ${quietP99Ms.toFixed(2)} ms, ${readingP99Ms.toFixed(2)} ms beside the reader ` +
      `(${(readingP99Ms / quietP99Ms).toFixed(2)}); at most ${worst(quiet)} and ${worst(reading)} ms; ` +
      `${sent(quiet)} and ${sent(reading)} sends/s; cold messages/s ${perSecond.join(', ')}\n`,
  );
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1];
