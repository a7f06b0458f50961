import type { MessageStore } from '../message-store';
import { readRecords } from '../testing/read-records';
import { SimulatedFileSystem } from '../testing/simulated-file-system';
import {
  STORE_FOLDER,
  createTestBatch,
  createTestMessage,
  openTestStore,
  pull,
} from '../testing/store-kit';

const LOG_FILE = `${STORE_FOLDER}/commitlog/${'0'.repeat(20)}`;

/** A record's CRC covers its body alone: a cut through its properties is told by the zeros behind it. */
describe('zeros in properties', () => {
  let disk: SimulatedFileSystem;
  let store: MessageStore;
  let pid = 1;

  const open = async (): Promise<void> => {
    store = await openTestStore(disk, { pid: ++pid });
  };
  const put = (body: string, properties: Record<string, string> = { TAGS: 'Tag' }) =>
    store.putMessageAsync(createTestMessage('T', 0, body, properties));
  const killAndOpen = async (): Promise<void> => {
    const next = disk.killProcess();
    store.abandon();
    disk = next;
    await open();
  };
  const bodies = async (): Promise<string[]> =>
    readRecords((await pull(store, 'T', 0, 0)).parts).map(({ body }) => body);

  beforeEach(async () => {
    disk = new SimulatedFileSystem();
    await open();
  });
  afterEach(() => store.abandon());

  it('cut a record that a kill left half written, and nothing that comes after', async () => {
    await put('first');
    const torn = await put('torn', { TAGS: 'Tag', KEYS: 'a key that is not whole' });
    disk.damage(LOG_FILE, torn.physicalOffset + torn.sizeBytes - 10, Buffer.alloc(10));
    await killAndOpen();
    expect(await bodies()).toEqual(['first']);
    for (let i = 0; i < 20; i++) await put(`after ${i}`);
    await killAndOpen();
    expect(await bodies()).toHaveLength(21);
  });

  it('are refused: acknowledged messages behind them would be cut off', async () => {
    const zeros = { text: 'x\0'.padEnd(1200, '\0') };
    expect((await put('zeros', zeros)).status).toBe('MESSAGE_ILLEGAL');
    const batch = createTestBatch('T', 0, [{ body: 'good' }, { body: 'bad', properties: zeros }]);
    expect((await store.putMessagesAsync(batch)).status).toBe('MESSAGE_ILLEGAL');
    await put('after');
    await killAndOpen();
    expect(await bodies()).toEqual(['after']);
  });
});
