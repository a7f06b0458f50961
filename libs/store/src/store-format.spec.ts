import type { MessageStore } from './message-store';
import { createHostAddress } from './put/host-address';
import { ManualClock } from './testing/manual-clock';
import { SimulatedFileSystem } from './testing/simulated-file-system';
import { STORE_FOLDER, createTestMessage, openTestStore } from './testing/store-kit';

/** Vectors computed with the original's artifacts. */
const STORED_MESSAGE_V1 =
  '0000006ddaa320a73610a6860000000100000003000000000000000a00000000000010000000000000000' +
  '18bcfe568000a0000090000cf080000018bcfe5687b0a00000100002a9f000000020000000000000063' +
  '0000000568656c6c6f09546f7069635465737400046b017602';
const STORED_MESSAGE_V1_IPV6 =
  '00000077daa320a7770659160000000000000000000000000000000000000000000000000000003000000' +
  '0000000000020010db800000000000000000000000900000001000000000000000020010db8000000000' +
  '00000000000000100002a9f0000000000000000000000000000000276360254360000';
const INDEX_HASH_KEY1 = 1655984460;
const INDEX_HASH_TAG = 1311325016;
const TAGS_CODE = 2598919;

const file = (folder: string, name = '0'.repeat(20)): string => `${STORE_FOLDER}/${folder}/${name}`;

describe('files in the original’s format', () => {
  let disk: SimulatedFileSystem;
  let store: MessageStore;

  beforeEach(async () => {
    disk = new SimulatedFileSystem();
    const clock = new ManualClock(1_700_000_000_123);
    store = await openTestStore(disk, { clock });
  });

  afterEach(() => store.abandon());

  it('a V1 record with IPv4 hosts, byte for byte', async () => {
    // The vector lies at queue offset 10 and position 4096, so bring the store there.
    for (let i = 0; i < 9; i++) {
      await store.putMessageAsync(createTestMessage('TopicTest', 1, 'x'));
    }
    const fill = createTestMessage('TopicTest', 1, '');
    fill.body = Buffer.alloc(4096 - store.maxPhyOffset() - 91 - 'TopicTest'.length);
    await store.putMessageAsync(fill);
    expect(store.maxPhyOffset()).toBe(4096);
    const message = createTestMessage('TopicTest', 1, 'hello', { k: 'v' });
    message.flag = 3;
    message.bornTimestamp = 1_700_000_000_000;
    message.bornHost = createHostAddress('10.0.0.9', 53000);
    message.storeHost = createHostAddress('10.0.0.1', 10911);
    message.reconsumeTimes = 2;
    message.preparedTransactionOffset = 99;
    const { sizeBytes } = await store.putMessageAsync(message);
    const stored = disk.contentOf(file('commitlog')).subarray(4096, 4096 + sizeBytes);
    expect(stored.toString('hex')).toBe(STORED_MESSAGE_V1);
  });

  it('a record with IPv6 hosts, byte for byte', async () => {
    store.abandon();
    disk = new SimulatedFileSystem();
    store = await openTestStore(disk, { clock: new ManualClock(0) });
    const message = createTestMessage('T6', 0, 'v6');
    message.bornTimestamp = 0;
    message.bornHost = createHostAddress('2001:db8::9', 1);
    message.storeHost = createHostAddress('2001:db8::1', 10911);
    const { sizeBytes } = await store.putMessageAsync(message);
    const stored = disk.contentOf(file('commitlog')).subarray(0, sizeBytes);
    expect(stored.toString('hex')).toBe(STORED_MESSAGE_V1_IPV6);
  });

  it('a V2 record for a topic longer than 127 bytes', async () => {
    const topic = 't'.repeat(200);
    await store.putMessageAsync(createTestMessage(topic, 0, 'x'));
    const content = disk.contentOf(file('commitlog'));
    expect(content.readInt32BE(4)).toBe(-626843477);
    expect(content.readInt32BE(0)).toBe(92 + 1 + 200);
    expect(content.readUInt16BE(89)).toBe(200);
  });

  it('the mark at the end of a file, and the next file', async () => {
    const body = Buffer.alloc(40_000);
    const { sizeBytes } = await store.putMessageAsync(createTestMessage('T', 0, body));
    const second = await store.putMessageAsync(createTestMessage('T', 0, body));
    const content = disk.contentOf(file('commitlog'));
    expect(content.length).toBe(65_536);
    expect(content.readInt32BE(sizeBytes)).toBe(65_536 - sizeBytes);
    expect(content.readInt32BE(sizeBytes + 4)).toBe(-875286124);
    expect(second.physicalOffset).toBe(65_536);
    const next = disk.contentOf(file('commitlog', '65536'.padStart(20, '0')));
    expect(next.readInt32BE(4)).toBe(-626843481);
  });

  it('consume queue units: position, size, tags code', async () => {
    const a = await store.putMessageAsync(createTestMessage('T', 2, 'a', { TAGS: 'TagA' }));
    const b = await store.putMessageAsync(createTestMessage('T', 2, 'b'));
    await store.shutdown();
    const content = disk.contentOf(file('consumequeue/T/2'));
    expect(content.length).toBe(50 * 20);
    const unit = (at: number): number[] => [
      Number(content.readBigInt64BE(at)),
      content.readInt32BE(at + 8),
      Number(content.readBigInt64BE(at + 12)),
    ];
    expect(unit(0)).toEqual([0, a.sizeBytes, TAGS_CODE]);
    expect(unit(20)).toEqual([a.sizeBytes, b.sizeBytes, 0]);
    expect(unit(40)).toEqual([0, 0, 0]);
  });

  it('negative tags codes are sign-extended', async () => {
    await store.putMessageAsync(createTestMessage('T', 0, 'a', { TAGS: '_RECALL_TAG_' }));
    await store.shutdown();
    expect(disk.contentOf(file('consumequeue/T/0')).readBigInt64BE(12)).toBe(-847619372n);
  });

  it('units of the delay topic carry the time of delivery', async () => {
    const message = createTestMessage('SCHEDULE_TOPIC_XXXX', 2, 'a', { DELAY: '3', TAGS: 'x' });
    const { storeTimestamp } = await store.putMessageAsync(message);
    await store.shutdown();
    const unit = disk.contentOf(file('consumequeue/SCHEDULE_TOPIC_XXXX/2'));
    expect(Number(unit.readBigInt64BE(12))).toBe(storeTimestamp + 10_000);
  });

  it('an index file: header, slots, items', async () => {
    const first = await store.putMessageAsync(
      createTestMessage('TopicTest', 0, 'a', { KEYS: 'key1', TAGS: 'TagA' }),
    );
    const second = await store.putMessageAsync(
      createTestMessage('TopicTest', 0, 'b', { KEYS: 'key1' }),
    );
    await store.shutdown();
    const [path = ''] = disk.filesBelow(`${STORE_FOLDER}/index`);
    expect(path).toMatch(/\/index\/\d{17}$/);
    const content = disk.contentOf(path);
    expect(content.length).toBe(40 + 4 * 64 + 20 * 400);
    const header = [0, 8, 16, 24].map((at) => Number(content.readBigInt64BE(at)));
    expect(header).toEqual([
      first.storeTimestamp,
      second.storeTimestamp,
      first.physicalOffset,
      second.physicalOffset,
    ]);
    const slots = new Set([INDEX_HASH_KEY1 % 64, INDEX_HASH_TAG % 64]);
    expect([content.readInt32BE(32), content.readInt32BE(36)]).toEqual([slots.size, 4]);
    const itemAt = (number: number): number => 40 + 4 * 64 + 20 * number;
    expect(content.readInt32BE(itemAt(1))).toBe(INDEX_HASH_KEY1);
    expect(content.readInt32BE(itemAt(2))).toBe(INDEX_HASH_TAG);
    expect(content.readInt32BE(itemAt(3))).toBe(INDEX_HASH_KEY1);
    expect(content.readInt32BE(itemAt(3) + 16)).toBe(1);
    expect(content.readInt32BE(40 + 4 * (INDEX_HASH_KEY1 % 64))).toBe(3);
  });

  it('a checkpoint of 4096 bytes, an abort file while open', async () => {
    expect(disk.contentOf(`${STORE_FOLDER}/abort`).toString()).toBe('1');
    const { storeTimestamp } = await store.putMessageAsync(createTestMessage('T', 0, 'a'));
    await store.shutdown();
    const content = disk.contentOf(`${STORE_FOLDER}/checkpoint`);
    expect(content.length).toBe(4096);
    expect(Number(content.readBigInt64BE(0))).toBe(storeTimestamp);
    expect(Number(content.readBigInt64BE(8))).toBe(storeTimestamp);
    expect(disk.status(`${STORE_FOLDER}/abort`)).toBeUndefined();
    expect(disk.contentOf(`${STORE_FOLDER}/lock`).toString()).toBe('lock');
  });

  it('fills the front of a consume queue file that begins behind its start', async () => {
    for (let i = 0; i < 60; i++) {
      await store.putMessageAsync(createTestMessage('T', 0, Buffer.alloc(2000)));
    }
    expect(await store.deleteExpiredFiles(Infinity)).toBe(1);
    const min = store.minOffsetInQueue('T', 0);
    await store.shutdown();
    disk.removeFolder(`${STORE_FOLDER}/consumequeue`);
    store = await openTestStore(disk);
    await store.shutdown();
    const content = disk.contentOf(file('consumequeue/T/0'));
    expect(content.readInt32BE((min - 1) * 20 + 8)).toBe(0x7fffffff);
    expect(content.readInt32BE(min * 20 + 8)).toBe(2092);
  });
});
