#!/usr/bin/env node
/**
 * One broker with many topics: what creating them, filling their queues and starting again costs.
 *   node bench/many-topics.mjs [--topics 10000] [--queues 8]
 * Starts bin/mqnamesrv and bin/mqbroker on an empty store in a temporary folder, creates the topics
 * by admin requests, sends a message to every queue, restarts the broker cleanly and by kill -9.
 * Prints one JSON line: times in ms, resident memory in MiB, and for each phase the longest time
 * the broker's event loop was held, as its own metric tells it.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SilentLogger, SystemClock } from '@rocket-nest/common';
import {
  CreateTopicRequestHeader,
  encodeHeader,
  RemotingClient,
  RemotingCommand,
  RequestCode,
  SendMessageRequestHeaderV2,
} from '@rocket-nest/remoting';
import { freePort } from '../tools/free-port.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const topics = option('topics', 10_000);
const queues = option('queues', 8);
const IN_FLIGHT = 64;
const REQUEST_LIMIT_MS = 30_000;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rocket-nest-many-topics-'));
const children = new Set();
const client = new RemotingClient(
  { serializeType: 1, keepProcessAlive: true },
  { clock: new SystemClock(), logger: new SilentLogger() },
);

const accepts = (port) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() && true));
    socket.once('error', () => resolve(false));
  });

async function start(kind, port, lines) {
  const file = path.join(folder, `${kind}.conf`);
  fs.writeFileSync(file, [`listenPort=${port}`, ...lines, ''].join('\n'));
  const log = fs.openSync(path.join(folder, `${kind}.log`), 'a');
  const startedAt = performance.now();
  const child = spawn(path.join(root, `bin/mq${kind}`), ['-c', file], {
    stdio: ['ignore', log, log],
  });
  children.add(child);
  while (!(await accepts(port))) {
    if (child.exitCode !== null || performance.now() - startedAt > 120_000) {
      throw new Error(fs.readFileSync(path.join(folder, `${kind}.log`), 'utf8').slice(-2000));
    }
    await sleep(5);
  }
  return { child, startupMs: performance.now() - startedAt };
}

async function stop(child, signal) {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
  children.delete(child);
}

function residentMiB(child) {
  const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const mib = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024);
  return { resident: mib('VmRSS'), peak: mib('VmHWM') };
}

/** The longest stall since the last call, in ms. */
async function longestStallMs(metricsPort) {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  const found = /event_loop_stall_seconds\{quantile="1"\} (\S+)/.exec(await answer.text());
  return Math.round(Number(found[1]) * 1000);
}

/** Runs `count` requests, some at a time. */
async function requestAll(address, count, make) {
  const startedAt = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const answer = await client.invoke(address, make(next++), REQUEST_LIMIT_MS);
      if (answer.code !== 0) throw new Error(`answered ${answer.code} ${answer.remark}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return Math.round(performance.now() - startedAt);
}

const createTopic = (index) =>
  RemotingCommand.createRequest(
    RequestCode.UPDATE_AND_CREATE_TOPIC,
    encodeHeader(CreateTopicRequestHeader, {
      topic: `topic-${index}`,
      defaultTopic: 'TBW102',
      readQueueNums: queues,
      writeQueueNums: queues,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false,
    }),
  );

const sendTo = (index) =>
  RemotingCommand.createRequest(
    RequestCode.SEND_MESSAGE_V2,
    encodeHeader(SendMessageRequestHeaderV2, {
      a: 'many-topics',
      b: `topic-${Math.floor(index / queues)}`,
      c: 'TBW102',
      d: queues,
      e: index % queues,
      f: 0,
      g: Date.now(),
      h: 0,
      i: '',
      j: 0,
      k: false,
      m: false,
    }),
    Buffer.from('x'.repeat(100)),
  );

const result = { topics, queues };
try {
  const [namesrvPort, brokerPort, metricsPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const address = `127.0.0.1:${brokerPort}`;
  await start('namesrv', namesrvPort, []);
  const startBroker = () =>
    start('broker', brokerPort, [
      `namesrvAddr=127.0.0.1:${namesrvPort}`,
      'brokerIP1=127.0.0.1',
      `storePathRootDir=${path.join(folder, 'store')}`,
      'metricsExporterType=PROM',
      `metricsPromExporterPort=${metricsPort}`,
    ]);
  // The stall metric starts with the exporter, a moment after the ports are open.
  const settle = async () => {
    while (!(await accepts(metricsPort))) await sleep(20);
    await sleep(5000);
  };
  let broker = await startBroker();
  result.emptyStartupMs = Math.round(broker.startupMs);
  await settle();
  await longestStallMs(metricsPort);

  result.createMs = await requestAll(address, topics, createTopic);
  await sleep(12_000); // what is persisted and registered behind the answers
  result.createStallMs = await longestStallMs(metricsPort);
  result.sendMs = await requestAll(address, topics * queues, sendTo);
  await sleep(12_000);
  result.sendStallMs = await longestStallMs(metricsPort);
  result.memoryMiB = residentMiB(broker.child);

  const stoppedAt = performance.now();
  await stop(broker.child, 'SIGTERM');
  result.stopMs = Math.round(performance.now() - stoppedAt);
  broker = await startBroker();
  result.cleanStartupMs = Math.round(broker.startupMs);
  await settle();
  await sleep(35_000); // one periodic registration
  result.afterStartStallMs = await longestStallMs(metricsPort);
  result.afterStartMemoryMiB = residentMiB(broker.child);

  await stop(broker.child, 'SIGKILL');
  broker = await startBroker();
  result.startupAfterKillMs = Math.round(broker.startupMs);
  console.log(JSON.stringify(result));
} finally {
  await client.shutdown();
  for (const child of children) child.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
