import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeFileSystem, SilentLogger, SystemTopic } from '@rocket-nest/common';
import { realSetImmediate } from '@rocket-nest/common/internal';
import { PutMessageStatus } from '@rocket-nest/store';
import type { MessageExtBrokerInner } from '@rocket-nest/store';
import { JsonTableFile } from '../background/json-table-file';
import { ManualClock } from '../testing/manual-clock';
import { MemoryMessageStore } from '../testing/memory-message-store';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { DelayLevels } from './delay-levels';
import { ScheduleMessageService } from './schedule-message-service';

const HOST = { address: Uint8Array.of(127, 0, 0, 1), port: 10_911 };

function delayed(level: number, body: string, topic = 'T', queueId = 0): MessageExtBrokerInner {
  const properties =
    `TAGS\u0001A\u0002DELAY\u0001${level}\u0002` +
    `REAL_TOPIC\u0001${topic}\u0002REAL_QID\u0001${queueId}\u0002`;
  return {
    topic: SystemTopic.SCHEDULE_TOPIC,
    queueId: level - 1,
    flag: 3,
    sysFlag: 0,
    bornTimestamp: 1,
    bornHost: HOST,
    storeHost: HOST,
    reconsumeTimes: 2,
    preparedTransactionOffset: 0,
    body: Buffer.from(body),
    propertiesText: Buffer.from(properties),
  };
}

/** Lets everything run that waits for the event loop only. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => realSetImmediate(resolve));
}

describe('ScheduleMessageService', () => {
  const folder = createTemporaryFolder();
  let path: string;
  let fileCount = 0;
  let clock: ManualClock;
  let store: MemoryMessageStore;
  let service: ScheduleMessageService;

  afterAll(() => folder.remove());

  beforeEach(() => {
    path = join(folder.path, `${fileCount++}`, 'delayOffset.json');
    clock = new ManualClock();
    store = new MemoryMessageStore(clock);
    service = create();
  });

  afterEach(async () => {
    store.statusOf = () => PutMessageStatus.PUT_OK;
    await service.shutdown();
  });

  function create(): ScheduleMessageService {
    const file = new JsonTableFile(new NodeFileSystem(), clock, path);
    const levels = DelayLevels.parse('1s 5s 10s');
    return new ScheduleMessageService({
      clock,
      logger: new SilentLogger(),
      messageStore: store,
      file,
      levels,
    });
  }

  async function advance(ms: number): Promise<void> {
    await settle();
    clock.advance(ms);
    await settle();
  }

  it('delivers each message when it is due, not before, as it was', async () => {
    service.start(10_000);
    store.store(delayed(2, 'five seconds', 'T', 3));
    await advance(4_999);
    expect(store.bodiesOf('T', 3)).toEqual([]);
    await advance(1);
    expect(store.bodiesOf('T', 3)).toEqual(['five seconds']);
    expect(store.messagesOf('T', 3)[0]).toMatchObject({ flag: 3, reconsumeTimes: 2, queueId: 3 });
    expect(store.messagesOf('T', 3)[0].propertiesText.toString()).toBe(
      'TAGS\u0001A\u0002DELAY\u00012\u0002REAL_TOPIC\u0001T\u0002REAL_QID\u00013\u0002',
    );
  });

  it('delivers a level in the order of its queue, however many are due', async () => {
    service.start(10_000);
    const bodies = Array.from({ length: 500 }, (_, i) => `m${i}`);
    for (const body of bodies) store.store(delayed(1, body));
    await advance(1_000);
    expect(store.bodiesOf('T')).toEqual(bodies);
    expect(service.offsetTable.get(1)).toBe(500);
  });

  it('delivers what was stored while the broker was down', async () => {
    store.store(delayed(1, 'early'));
    clock.advance(60_000);
    service.load();
    service.start(10_000);
    await settle();
    expect(store.bodiesOf('T')).toEqual(['early']);
  });

  it('delivers nothing twice after a clean stop, and nothing is lost', async () => {
    service.start(10_000);
    store.store(delayed(1, 'first'));
    await advance(1_000);
    store.store(delayed(1, 'second'));
    await service.shutdown();
    expect(readFileSync(path, 'utf8')).toContain('"offsetTable":{\n\t\t1:1\n\t}');

    clock.advance(5_000);
    service = create();
    service.load();
    service.start(10_000);
    await settle();
    expect(store.bodiesOf('T')).toEqual(['first', 'second']);
  });

  it('waits at shutdown for a delivery under way', async () => {
    service.start(10_000);
    store.store(delayed(1, 'under way'));
    await settle();
    clock.advance(1_000);
    await service.shutdown();
    expect(store.bodiesOf('T')).toEqual(['under way']);
    expect(service.offsetTable.get(1)).toBe(1);
  });

  it('goes on with the other levels while one cannot deliver', async () => {
    service.start(10_000);
    store.statusOf = (message) => (message.topic === 'Slow' ? undefined : PutMessageStatus.PUT_OK);
    store.store(delayed(1, 'stuck', 'Slow'));
    store.store(delayed(2, 'free', 'T'));
    await advance(1_000);
    await advance(4_000);
    expect(store.bodiesOf('T')).toEqual(['free']);
    expect(service.offsetTable.get(1)).toBeUndefined();
    service = create();
  });

  it('tries a refused delivery again and moves its offset only then', async () => {
    service.start(10_000);
    store.statusOf = (message) =>
      message.body.toString() === 'b'
        ? PutMessageStatus.OS_PAGE_CACHE_BUSY
        : PutMessageStatus.PUT_OK;
    for (const body of ['a', 'b', 'c']) store.store(delayed(1, body));
    await advance(1_000);
    expect(service.offsetTable.get(1)).toBe(1);
    store.statusOf = () => PutMessageStatus.PUT_OK;
    await advance(500);
    expect(service.offsetTable.get(1)).toBe(3);
    expect(store.bodiesOf('T').sort()).toEqual(['a', 'b', 'c']);
  });

  it('passes over what can never be delivered', async () => {
    service.start(10_000);
    store.store({ ...delayed(1, 'homeless'), propertiesText: Buffer.from('DELAY\u00011\u0002') });
    store.store(delayed(1, 'forged', SystemTopic.TRANS_HALF_TOPIC));
    store.store(delayed(1, 'fine'));
    await advance(1_000);
    expect(store.bodiesOf('T')).toEqual(['fine']);
    expect(store.bodiesOf(SystemTopic.TRANS_HALF_TOPIC)).toEqual([]);
    expect(service.offsetTable.get(1)).toBe(3);
  });

  it('brings offsets beyond the recovered queue down to its end', async () => {
    service.start(10_000);
    for (const body of ['a', 'b']) store.store(delayed(1, body));
    await advance(1_000);
    await service.shutdown();
    store = new MemoryMessageStore(clock);
    store.store(delayed(1, 'a'));
    service = create();
    service.load();
    expect(service.offsetTable.get(1)).toBe(1);
  });

  it('tells its progress for the runtime table', async () => {
    service.start(10_000);
    store.store(delayed(1, 'a'));
    await advance(1_000);
    store.store(delayed(1, 'b'));
    expect([...service.runtimeInfo()]).toEqual([['scheduleMessageOffset_1', '1,2']]);
  });
});
