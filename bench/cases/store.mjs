/** Puts by turns of the event loop, and pulls of what is still in memory. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { NodeFileSystem, SilentLogger, SystemClock, SystemRandom } from '@rocket-nest/common';
import { EventLoopTurn } from '@rocket-nest/common/internal';
import { createHostAddress, createMessageStoreConfig, MessageStore } from '@rocket-nest/store';
import { measure } from '../measure.mjs';

const PUTS_PER_TURN = 64;
const BATCH = 32;
const PULL = 32;
const PULLED_MESSAGES = 2000;

async function withStore(overrides, work) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rocket-nest-bench-'));
  const store = new MessageStore(
    createMessageStoreConfig({ storePathRootDir: folder, fileReservedTime: 1, ...overrides }),
    {
      fileSystem: new NodeFileSystem(),
      clock: new SystemClock(),
      random: new SystemRandom(),
      logger: new SilentLogger(),
      turn: new EventLoopTurn(),
    },
  );
  try {
    await store.load();
    store.start();
    return await work(store);
  } finally {
    await store.shutdown();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const host = createHostAddress('127.0.0.1', 10911);
const shared = {
  topic: 'Bench',
  sysFlag: 0,
  bornTimestamp: 1_700_000_000_000,
  bornHost: host,
  storeHost: host,
  reconsumeTimes: 0,
};
const properties = Buffer.from(
  'UNIQ_KEY\u00017F00000100002A139A5510D2A6A50000\u0002WAIT\u0001true',
);

const message = (queueId, bytes) => ({
  ...shared,
  queueId,
  flag: 0,
  preparedTransactionOffset: 0,
  body: Buffer.alloc(bytes, 'a'),
  propertiesText: properties,
});

/** Resolves once `count` puts were answered. */
function answers(count) {
  let left = count;
  let done;
  const all = new Promise((resolve) => (done = resolve));
  const callback = {
    onPut(result) {
      if (result.status !== 'PUT_OK') throw new Error(`${result.status}: ${result.problem}`);
      if (--left === 0) done();
    },
  };
  return { all, callback };
}

function putTurn(store, messages) {
  const { all, callback } = answers(messages.length);
  for (const each of messages) store.putMessage(each, callback);
  return all;
}

const append = (flushDiskType, puts) =>
  withStore({ flushDiskType }, (store) => {
    const messages = Array.from({ length: puts }, (_, i) => message(i % 8, 1024));
    return measure(puts, () => putTurn(store, messages));
  });

function batchBody(count, bytes) {
  const item = Buffer.alloc(22 + bytes + properties.length);
  item.writeInt32BE(item.length, 0);
  item.writeInt32BE(bytes, 16);
  item.writeInt16BE(properties.length, 20 + bytes);
  properties.copy(item, 22 + bytes);
  return Buffer.concat(Array.from({ length: count }, () => item));
}

const appendBatches = () =>
  withStore({}, (store) => {
    const batch = { ...shared, queueId: 0, body: batchBody(BATCH, 128) };
    return measure(BATCH * 8, () => {
      const { all, callback } = answers(8);
      for (let i = 0; i < 8; i++) store.putMessages(batch, callback);
      return all;
    });
  });

const pull = () =>
  withStore({}, async (store) => {
    const messages = Array.from({ length: 100 }, () => message(0, 1024));
    for (let i = 0; i < PULLED_MESSAGES; i += 100) await putTurn(store, messages);
    const request = {
      group: 'bench',
      topic: 'Bench',
      queueId: 0,
      offset: 0,
      maxMsgNums: PULL,
    };
    return measure(PULL, () => {
      const result = store.getMessage(request);
      if (result.messageCount !== PULL) throw new Error(`not in memory at ${request.offset}`);
      request.offset = (request.offset + PULL) % (PULLED_MESSAGES - PULL);
    });
  });

export const cases = {
  'append 1 KiB, 64 a turn, ASYNC_FLUSH': () => append('ASYNC_FLUSH', PUTS_PER_TURN),
  'append 1 KiB, 1 a turn, ASYNC_FLUSH': () => append('ASYNC_FLUSH', 1),
  'append 1 KiB, 64 a sync, SYNC_FLUSH': () => append('SYNC_FLUSH', PUTS_PER_TURN),
  'append batches of 32 x 128 B': appendBatches,
  'pull 32 x 1 KiB from memory, per message': pull,
};
