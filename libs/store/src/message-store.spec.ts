import { AdvanceableClock } from '@rocket-nest/common';
import type { GetMessageResult } from './get/get-message';
import { GetMessageStatus } from './get/get-message-status';
import type { MessageStore } from './message-store';
import { createHostAddress } from './put/host-address';
import { PutMessageStatus } from './put/put-message-status';
import { readRecords } from './testing/read-records';
import { SimulatedFileSystem } from './testing/simulated-file-system';
import {
  createTestBatch,
  createTestMessage,
  createTestStore,
  encodeTestProperties,
  openTestStore,
  pull,
  STORE_FOLDER,
} from './testing/store-kit';

describe('MessageStore', () => {
  let fileSystem: SimulatedFileSystem;
  let store: MessageStore;

  beforeEach(async () => {
    fileSystem = new SimulatedFileSystem();
    store = await openTestStore(fileSystem);
  });

  afterEach(() => store.abandon());

  describe('put', () => {
    it('answers offsets and positions, and stores what it was given', async () => {
      const first = await store.putMessageAsync(createTestMessage('T', 3, 'one', { TAGS: 'A' }));
      const second = await store.putMessageAsync(createTestMessage('T', 3, 'two'));
      expect(first).toMatchObject({ status: 'PUT_OK', queueOffset: 0, physicalOffset: 0 });
      expect(second).toMatchObject({ queueOffset: 1, physicalOffset: first.sizeBytes });
      const found = await pull(store, 'T', 3, 0);
      expect(found).toMatchObject({ status: 'FOUND', messageCount: 2, nextBeginOffset: 2 });
      expect(readRecords(found.parts).map(({ body }) => body)).toEqual(['one', 'two']);
    });

    it('writes all that one turn brought with one write', async () => {
      const before = fileSystem.calls.pwrite;
      const messages = Array.from({ length: 20 }, (_, i) => createTestMessage('T', i % 4, `m${i}`));
      await Promise.all(messages.map((message) => store.putMessageAsync(message)));
      expect(fileSystem.calls.pwrite).toBe(before + 1);
    });

    it('copies its input, which may be reused at once', async () => {
      const body = Buffer.from('before');
      const stored = store.putMessageAsync(createTestMessage('T', 0, body));
      body.fill('x');
      await stored;
      expect(readRecords((await pull(store, 'T', 0, 0)).parts)[0]?.body).toBe('before');
    });

    it('gives every item of a batch its own record and the next offset', async () => {
      await store.putMessageAsync(createTestMessage('T', 0, 'zero'));
      const items = ['a', 'b', 'c'].map((body) => ({ body, properties: { TAGS: body } }));
      const result = await store.putMessagesAsync(createTestBatch('T', 0, items));
      expect(result).toMatchObject({ status: 'PUT_OK', queueOffset: 1, messageCount: 3 });
      const records = readRecords((await pull(store, 'T', 0, 0)).parts);
      expect(records.map(({ body }) => body)).toEqual(['zero', 'a', 'b', 'c']);
      expect(records.map(({ queueOffset }) => queueOffset)).toEqual([0, 1, 2, 3]);
      expect(records.slice(1).map((r) => r.physicalOffset)).toEqual(result.physicalOffsets);
    });

    it.each([
      ['truncated item', (body: Buffer) => body.subarray(0, body.length - 1)],
      ['size of zero', (body: Buffer) => Buffer.concat([body, Buffer.alloc(30)])],
      ['nothing', () => Buffer.alloc(0)],
    ])('refuses a batch with a %s and stores none of it', async (_, spoil) => {
      const batch = createTestBatch('T', 0, [{ body: 'a' }, { body: 'b' }]);
      const result = await store.putMessagesAsync({ ...batch, body: spoil(batch.body) });
      expect(result.status).toBe(PutMessageStatus.MESSAGE_ILLEGAL);
      expect(store.maxOffsetInQueue('T', 0)).toBe(0);
      expect(store.maxPhyOffset()).toBe(0);
    });

    it('refuses bodies, properties and topics that are too long', async () => {
      const body = Buffer.alloc(4 * 1024 * 1024 + 1);
      const long = createTestMessage('T', 0, body);
      expect((await store.putMessageAsync(long)).status).toBe('MESSAGE_ILLEGAL');
      const wordy = createTestMessage('T', 0, 'x', { p: 'v'.repeat(32767) });
      expect((await store.putMessageAsync(wordy)).status).toBe('PROPERTIES_SIZE_EXCEEDED');
      const unfit = createTestMessage('T', 0, Buffer.alloc(65 * 1024));
      const result = await store.putMessageAsync(unfit);
      expect(result).toMatchObject({ status: 'MESSAGE_ILLEGAL' });
      expect(result.problem).toContain('mappedFileSizeCommitLog');
    });

    it('joins the broker’s properties to those of the message', async () => {
      const message = createTestMessage('T', 0, 'x');
      message.propertiesText = Buffer.from('a\u00011'); // the last separator may be missing
      message.extraProperties = encodeTestProperties({ CLUSTER: 'c' });
      await store.putMessageAsync(message);
      const bytes = Buffer.concat((await pull(store, 'T', 0, 0)).parts);
      expect(bytes.toString('utf8')).toContain('a\u00011\u0002CLUSTER\u0001c\u0002');
      readRecords([bytes]);
    });

    it('keeps IPv6 hosts and topics longer than 127 bytes', async () => {
      const topic = `%RETRY%${'g'.repeat(200)}`;
      const message = createTestMessage(topic, 0, 'long');
      message.bornHost = createHostAddress('2001:db8::1', 1234);
      message.storeHost = createHostAddress('::ffff:10.0.0.1', 10911);
      await store.putMessageAsync(message);
      const [record] = readRecords((await pull(store, topic, 0, 0)).parts);
      expect(record).toMatchObject({ topic, body: 'long' });
    });

    it('gives prepared and rollback records no place in a queue', async () => {
      for (const sysFlag of [4, 12]) {
        const result = await store.putMessageAsync({ ...createTestMessage('T', 0, 'h'), sysFlag });
        expect(result).toMatchObject({ status: 'PUT_OK', queueOffset: 0 });
      }
      expect(store.maxOffsetInQueue('T', 0)).toBe(0);
      const committed = { ...createTestMessage('T', 0, 'c'), sysFlag: 8 };
      expect((await store.putMessageAsync(committed)).queueOffset).toBe(0);
      expect(store.maxOffsetInQueue('T', 0)).toBe(1);
    });

    it('takes nothing before start and after shutdown', async () => {
      await store.shutdown();
      const result = await store.putMessageAsync(createTestMessage('T', 0, 'x'));
      expect(result.status).toBe(PutMessageStatus.SERVICE_NOT_AVAILABLE);
    });
  });

  describe('get', () => {
    beforeEach(async () => {
      for (let i = 0; i < 10; i++) {
        const tags = i % 2 === 0 ? 'Even' : 'Odd';
        await store.putMessageAsync(createTestMessage('T', 0, `m${i}`, { TAGS: tags }));
      }
    });

    it.each([
      ['unknown queue', 'T', 5, 0, GetMessageStatus.NO_MATCHED_LOGIC_QUEUE, 0],
      ['offset at the end', 'T', 0, 10, GetMessageStatus.OFFSET_OVERFLOW_ONE, 10],
      ['offset past the end', 'T', 0, 15, GetMessageStatus.OFFSET_OVERFLOW_BADLY, 10],
      ['offset below the start', 'T', 0, -1, GetMessageStatus.OFFSET_TOO_SMALL, 0],
    ])('%s', async (_, topic, queueId, offset, status, next) => {
      const result = await pull(store, topic, queueId, offset);
      expect(result).toMatchObject({ status, nextBeginOffset: next, messageCount: 0 });
    });

    it('is answered at once from memory', () => {
      const result = store.getMessage({
        group: 'g',
        topic: 'T',
        queueId: 0,
        offset: 0,
        maxMsgNums: 3,
      });
      expect(result).toMatchObject({ status: 'FOUND', messageCount: 3, nextBeginOffset: 3 });
      expect((result as GetMessageResult).parts).toHaveLength(1);
    });

    it('filters by tags code and tells where to go on', async () => {
      const even = { matchesTagsCode: (code: number): boolean => code === 2172218 };
      const found = await pull(store, 'T', 0, 0, { filter: even, maxMsgNums: 3 });
      expect(found.messageQueueOffsets).toEqual([0, 2, 4]);
      expect(found.nextBeginOffset).toBe(5);
      const none = await pull(store, 'T', 0, 0, { filter: { matchesTagsCode: () => false } });
      expect(none).toMatchObject({ status: 'NO_MATCHED_MESSAGE', nextBeginOffset: 10 });
    });

    it('filters by the record', async () => {
      const filter = {
        matchesTagsCode: () => true,
        matchesRecord: (record: Buffer): boolean => readRecords([record])[0]?.body === 'm7',
      };
      expect((await pull(store, 'T', 0, 0, { filter })).messageQueueOffsets).toEqual([7]);
    });

    it('respects byte limits but always returns the first message', async () => {
      const one = await pull(store, 'T', 0, 0, { maxTotalBytes: 1 });
      expect(one.messageCount).toBe(1);
      const size = one.bufferTotalBytes;
      const three = await pull(store, 'T', 0, 0, { maxTotalBytes: 3 * size + 10 });
      expect(three.messageCount).toBe(3);
    });

    it('returns the same from the disk as from memory', async () => {
      const before = Buffer.concat((await pull(store, 'T', 0, 0)).parts);
      await store.shutdown();
      store = await openTestStore(fileSystem);
      const result = store.getMessage({
        group: 'g',
        topic: 'T',
        queueId: 0,
        offset: 0,
        maxMsgNums: 32,
      });
      expect(result).toBeInstanceOf(Promise);
      expect(Buffer.concat((await result).parts).equals(before)).toBe(true);
    });
  });

  it('serves a thinly spread and a large backlog from the disk', async () => {
    const filler = 'f'.repeat(3000);
    for (let i = 0; i < 120; i++) {
      await store.putMessageAsync(createTestMessage('Thin', 0, `thin ${i}`));
      await store.putMessageAsync(createTestMessage('Fat', i % 3, `${i} ${filler}`));
    }
    await store.shutdown();
    store = await openTestStore(fileSystem);
    const bodies: string[] = [];
    for (let offset = 0; offset < 120;) {
      const result = await pull(store, 'Thin', 0, offset);
      expect(result.status).toBe('FOUND');
      bodies.push(...readRecords(result.parts).map(({ body }) => body));
      offset = result.nextBeginOffset;
    }
    expect(bodies).toEqual(Array.from({ length: 120 }, (_, i) => `thin ${i}`));
    const fat = await pull(store, 'Fat', 1, 10);
    expect(readRecords(fat.parts)[0]?.body).toBe(`31 ${filler}`);
  });

  it('wakes listeners once everything of the turn can be read', async () => {
    const seen: string[] = [];
    store.setMessageArrivingListener({
      arriving: (topic, queueId, maxOffset, tagsCode) => {
        seen.push(
          `${topic}@${queueId} ${maxOffset} ${tagsCode} of ${store.maxOffsetInQueue(topic, queueId)}`,
        );
      },
    });
    const batch = createTestBatch('T', 1, [
      { body: 'a', properties: { TAGS: 'TagA' } },
      { body: 'b' },
    ]);
    await Promise.all([
      store.putMessageAsync(createTestMessage('T', 1, 'x', { TAGS: 'TagB' })),
      store.putMessagesAsync(batch),
    ]);
    expect(seen).toEqual(['T@1 1 2598920 of 3', 'T@1 2 2598919 of 3', 'T@1 3 0 of 3']);
  });

  it('shows dispatchers every record with its bytes', async () => {
    const bodies: string[] = [];
    await store.shutdown();
    store = createTestStore(fileSystem);
    store.addDispatcher({
      dispatch: ({ buffer, position, sizeBytes }) => {
        bodies.push(readRecords([buffer.subarray(position, position + sizeBytes)])[0]?.body ?? '');
      },
    });
    await store.load();
    store.start();
    await store.putMessagesAsync(createTestBatch('T', 0, [{ body: 'a' }, { body: 'b' }]));
    await store.putMessageAsync({ ...createTestMessage('T', 0, 'half'), sysFlag: 4 });
    expect(bodies).toEqual(['a', 'b', 'half']);
  });

  describe('queries', () => {
    it('finds messages by key, unique key and tags within a time', async () => {
      const clock = new AdvanceableClock();
      store.abandon();
      fileSystem = new SimulatedFileSystem();
      store = await openTestStore(fileSystem, { clock });
      const beginMs = clock.wallNow();
      await store.putMessageAsync(
        createTestMessage('T', 0, 'one', { KEYS: 'k1 k2', UNIQ_KEY: 'u1', TAGS: 'TagA' }),
      );
      clock.advance(60_000);
      const laterMs = clock.wallNow();
      await store.putMessageAsync(createTestMessage('T', 1, 'two', { KEYS: 'k2', TAGS: 'TagA' }));
      await store.putMessageAsync(createTestMessage('Other', 1, 'no', { KEYS: 'k2' }));
      const find = async (key: string, from = beginMs, type?: 'T'): Promise<string[]> => {
        const result = await store.queryMessage('T', key, 10, from, Infinity, type);
        return readRecords(result.records).map(({ body }) => body);
      };
      expect(await find('k2')).toEqual(['one', 'two']);
      expect(await find('u1')).toEqual(['one']);
      expect(await find('k1')).toEqual(['one']);
      expect(await find('k2', laterMs)).toEqual(['two']);
      expect(await find('TagA', beginMs, 'T')).toEqual(['one', 'two']);
      expect(await find('nothing')).toEqual([]);
    });

    it('finds records by position and refuses positions that are none', async () => {
      const { physicalOffset, sizeBytes } = await store.putMessageAsync(
        createTestMessage('T', 0, 'y'.repeat(9000)),
      );
      await store.putMessageAsync(createTestMessage('T', 0, 'z'));
      expect((await store.lookMessageByOffset(physicalOffset))?.length).toBe(sizeBytes);
      expect((await store.lookMessageByOffset(physicalOffset, sizeBytes))?.length).toBe(sizeBytes);
      expect(await store.lookMessageByOffset(physicalOffset + 1)).toBeUndefined();
      expect(await store.lookMessageByOffset(-5)).toBeUndefined();
      expect(await store.lookMessageByOffset(1e12)).toBeUndefined();
    });

    it('finds offsets by time', async () => {
      const clock = new AdvanceableClock();
      store.abandon();
      store = await openTestStore(new SimulatedFileSystem(), { clock });
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        clock.advance(10_000);
        const results = await Promise.all([
          store.putMessageAsync(createTestMessage('T', 0, `${i}a`)),
          store.putMessageAsync(createTestMessage('T', 0, `${i}b`)),
        ]);
        times.push(results[0].storeTimestamp);
      }
      const at = (ms: number, boundary?: 'lower' | 'upper'): Promise<number> =>
        store.offsetInQueueByTime('T', 0, ms, boundary);
      const [first = 0, second = 0] = times;
      expect(await at(0)).toBe(0);
      expect(await at(second)).toBe(2);
      expect(await at(second - 3000)).toBe(2);
      expect(await at(second + 3000, 'upper')).toBe(3);
      expect(await at(clock.wallNow() + 1e6)).toBe(10);
      expect(await at(first - 5000, 'upper')).toBe(0);
      expect(await store.messageStoreTimestamp('T', 0, 2)).toBe(second);
      expect(await store.messageStoreTimestamp('T', 0, 99)).toBe(-1);
      expect(await store.earliestMessageTime('T', 0)).toBe(first);
      expect(await store.earliestMessageTime()).toBe(first);
    });
  });

  it('refuses a folder that another store has, and takes it from one that is gone', async () => {
    await expect(openTestStore(fileSystem)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    const other = await openTestStore(fileSystem.killProcess(), { pid: 2 });
    expect(other.isWriteable()).toBe(true);
    other.abandon();
  });

  it('refuses files of another size than configured', async () => {
    await store.putMessageAsync(createTestMessage('T', 0, 'x'));
    await store.shutdown();
    const config = { mappedFileSizeCommitLog: 32 * 1024 };
    const opening = openTestStore(fileSystem, { config });
    await expect(opening).rejects.toMatchObject({ code: 'STORE_BAD_FILE' });
    await expect(openTestStore(fileSystem).then((s) => s.shutdown())).resolves.toBeUndefined();
  });

  it('ends puts whose topic is deleted while they are under way', async () => {
    store.abandon();
    fileSystem = new SimulatedFileSystem();
    store = await openTestStore(fileSystem, { config: { flushDiskType: 'SYNC_FLUSH' } });
    await store.putMessageAsync(createTestMessage('Gone', 0, 'x'));
    const underWay = store.putMessageAsync(createTestMessage('Gone', 0, 'y'));
    const unwritten = new Promise((resolve) => setImmediate(resolve)).then(() => {
      const put = store.putMessageAsync(createTestMessage('Gone', 0, 'z'));
      store.deleteTopics(new Set(['Gone']));
      return put;
    });
    expect((await underWay).status).toBe('PUT_OK');
    expect((await unwritten).status).toBe('PUT_OK');
    expect([...store.queues()]).toEqual([]);
    const again = await store.putMessageAsync(createTestMessage('Gone', 0, 'again'));
    expect(again).toMatchObject({ status: 'PUT_OK', queueOffset: 0 });
    expect((await pull(store, 'Gone', 0, 0)).messageCount).toBe(1);
  });

  it('forgets deleted topics for good', async () => {
    await store.putMessageAsync(createTestMessage('Gone', 0, 'x'));
    await store.putMessageAsync(createTestMessage('Stays', 0, 'y'));
    expect(await store.cleanUnusedTopics(new Set(['Stays']))).toBe(1);
    expect([...store.queues()].map(({ topic }) => topic)).toEqual(['Stays']);
    expect((await store.putMessageAsync(createTestMessage('Gone', 0, 'again'))).queueOffset).toBe(
      0,
    );
    await store.shutdown();
    expect(fileSystem.filesBelow(`${STORE_FOLDER}/consumequeue/Gone`)).toHaveLength(1);
    store = await openTestStore(fileSystem);
    const found = await pull(store, 'Gone', 0, 0);
    expect(readRecords(found.parts).map(({ body }) => body)).toEqual(['again']);
  });
});
