import { SimulatedFileSystem } from '../testing/simulated-file-system';
import { QueueOffsetTable, type QueueOffsetTableState } from './queue-offset-table';

const FOLDER = '/store';
const FILE = `${FOLDER}/queueoffsets`;

describe('QueueOffsetTable', () => {
  const state: QueueOffsetTableState = {
    logMinOffset: 4096,
    logMaxOffset: 123_456,
    indexFiles: ['20260101000000000'],
    topics: new Map([['T', [{ queueId: 1, minOffset: 2, maxOffset: 30 }]]]),
    unsyncedFiles: ['T/1/00000000000000000000'],
    bootHash: 77,
  };
  let disk: SimulatedFileSystem;
  let table: QueueOffsetTable;

  beforeEach(async () => {
    disk = new SimulatedFileSystem();
    disk.mkdir(FOLDER);
    table = new QueueOffsetTable(disk, FOLDER);
    await table.write(state);
  });

  it('reads what it wrote', () => {
    expect(table.read()).toEqual(state);
  });

  it('a flipped bit is noticed wherever it is, in the log’s end and the counts too', () => {
    const content = disk.contentOf(FILE);
    for (let bit = 0; bit < content.length * 8; bit++) {
      const at = bit >> 3;
      disk.damage(FILE, at, Buffer.from([content[at] ^ (1 << (bit & 7))]));
      expect([bit, table.read()]).toEqual([bit, undefined]);
      disk.damage(FILE, at, content.subarray(at, at + 1));
    }
    expect(table.read()).toEqual(state);
  });
});
