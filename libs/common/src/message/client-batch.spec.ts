import { BATCH_ITEM_FIXED_BYTES, decodeClientBatch, encodeClientBatch } from './client-batch';
import { decodeProperties } from './properties-codec';

/** Two messages as the original encodes them. */
const BATCH_HEX =
  '00000035000000000000000000000007000000036f6e65001c4b455953016b310257414954017472756502' +
  '54414753015461674102' +
  '0000002e0000000000000000000000000000000474776f210014574149540174727565025441475301' +
  '5461674202';

const MESSAGES = [
  {
    topic: 'T',
    flag: 7,
    body: Buffer.from('one'),
    properties: new Map([
      ['KEYS', 'k1'],
      ['WAIT', 'true'],
      ['TAGS', 'TagA'],
    ]),
  },
  {
    topic: 'T',
    body: Buffer.from('two!'),
    properties: new Map([
      ['WAIT', 'true'],
      ['TAGS', 'TagB'],
    ]),
  },
];

const corrupt = expect.objectContaining({ code: 'MESSAGE_CORRUPT' });

describe('client batches', () => {
  it('has an item layout that adds up', () => {
    const sizes = { size: 4, magic: 4, bodyCrc: 4, flag: 4, bodyLength: 4, propertiesLength: 2 };
    const sum = Object.values(sizes).reduce((total, size) => total + size, 0);
    expect(sum).toBe(BATCH_ITEM_FIXED_BYTES);
  });

  it('encodes the bytes that the original writes', () => {
    expect(encodeClientBatch(MESSAGES).toString('hex')).toBe(BATCH_HEX);
  });

  it('decodes them', () => {
    const items = decodeClientBatch(Buffer.from(BATCH_HEX, 'hex'));
    expect(items.map((item) => [item.flag, item.body.toString()])).toEqual([
      [7, 'one'],
      [0, 'two!'],
    ]);
    expect(items.map((item) => decodeProperties(item.properties))).toEqual(
      MESSAGES.map((message) => message.properties),
    );
    expect(decodeClientBatch(Buffer.alloc(0))).toEqual([]);
  });

  it('refuses a batch that was cut anywhere but between items', () => {
    const batch = Buffer.from(BATCH_HEX, 'hex');
    for (let length = 1; length < batch.length; length++) {
      if (length === 0x35) continue;
      expect(() => decodeClientBatch(batch.subarray(0, length))).toThrow(corrupt);
    }
  });

  it.each([
    ['item size', 0, 0x7fffffff],
    ['item size', 0, 21],
    ['item size', 0, -1],
    ['body length', 16, -1],
    ['body length', 16, 0x7fffffff],
    ['body length', 16, 32],
  ])('refuses a wrong %s', (_name, at, value) => {
    const batch = Buffer.from(BATCH_HEX, 'hex');
    batch.writeInt32BE(value, at);
    expect(() => decodeClientBatch(batch)).toThrow(corrupt);
  });

  it.each([-1, 29])('refuses the properties length %d', (length) => {
    const batch = Buffer.from(BATCH_HEX, 'hex');
    batch.writeInt16BE(length, 23);
    expect(() => decodeClientBatch(batch)).toThrow(corrupt);
  });
});
