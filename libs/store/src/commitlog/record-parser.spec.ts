import { encodeMessageRecord } from '@rocket-nest/common';
import { RecordParser } from './record-parser';

const SECTOR_BYTES = 512;

function record(commitLogOffset: number, properties = new Map<string, string>()): Buffer {
  return encodeMessageRecord({
    topic: 'TopicTest',
    properties,
    body: Buffer.from('body'),
    commitLogOffset,
  });
}

function hasHole(bytes: Buffer, offset: number): boolean {
  const parser = new RecordParser();
  expect(parser.parse(bytes, 0, bytes.length, offset, true)).toBe('record');
  return parser.hasHole(bytes, 0, 0);
}

describe('RecordParser.hasHole', () => {
  it('takes no whole record without properties for a torn one, wherever sectors begin', () => {
    for (let offset = 0; offset < SECTOR_BYTES; offset++) {
      expect(hasHole(record(offset), offset)).toBe(false);
    }
  });

  it('finds lost sectors in topic and properties', () => {
    const bytes = record(0, new Map([['name', 'v'.repeat(2 * SECTOR_BYTES)]]));
    expect(hasHole(bytes, 0)).toBe(false);
    bytes.fill(0, SECTOR_BYTES, 2 * SECTOR_BYTES);
    expect(hasHole(bytes, 0)).toBe(true);
  });
});
