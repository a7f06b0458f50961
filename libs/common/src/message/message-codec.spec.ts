import * as fc from 'fast-check';
import { CompressionType, compressionSysFlag } from '../compression/compression-type';
import { compressBody } from '../compression/body-compression';
import { decodeMessage, decodeMessages } from './message-decoder';
import { encodeMessageRecord } from './message-encoder';
import type { MessageRecordInit } from './message-encoder';
import { NAME_VALUE_SEPARATOR, PROPERTY_SEPARATOR } from './message-const';
import { RecordField } from './message-record';

/** Bytes of two records as the original encodes them. */
const V1_HEX =
  '0000006ddaa320a73610a6860000000100000003000000000000000a000000000000100000000000' +
  '0000018bcfe568000a0000090000cf080000018bcfe5687b0a00000100002a9f0000000200000000' +
  '000000630000000568656c6c6f09546f7069635465737400046b017602';
const V1_IPV6_HEX =
  '00000077daa320a7770659160000000000000000000000000000000000000000000000000000003000' +
  '0000000000000020010db8000000000000000000000009000000010000000000000000' +
  '20010db800000000000000000000000100002a9f0000000000000000000000000000000276360254360000';

const V1: MessageRecordInit = {
  topic: 'TopicTest',
  flag: 3,
  properties: new Map([['k', 'v']]),
  body: Buffer.from('hello'),
  queueId: 1,
  queueOffset: 10,
  commitLogOffset: 4096,
  sysFlag: 0,
  bornTimestamp: 1_700_000_000_000,
  bornHost: '10.0.0.9:53000',
  storeTimestamp: 1_700_000_000_123,
  storeHost: '10.0.0.1:10911',
  reconsumeTimes: 2,
  preparedTransactionOffset: 99,
};

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const code = (name: string) => expect.objectContaining({ code: name });

describe('stored messages', () => {
  it('decodes the bytes that the original writes', () => {
    expect(decodeMessage(hex(V1_HEX), { checkCrc: true, brokerName: 'broker-a' })).toEqual({
      ...V1,
      brokerName: 'broker-a',
      storeSizeBytes: 109,
      bodyCrc: 907_060_870,
      msgId: '0A00000100002A9F0000000000001000',
      offsetMsgId: '0A00000100002A9F0000000000001000',
    });
  });

  it('encodes the bytes that the original writes', () => {
    expect(encodeMessageRecord(V1).toString('hex')).toBe(V1_HEX);
  });

  it('does both with IPv6 hosts', () => {
    const message = decodeMessage(hex(V1_IPV6_HEX));
    expect(message).toMatchObject({
      sysFlag: 48,
      bornHost: '[2001:db8::9]:1',
      storeHost: '[2001:db8::1]:10911',
      offsetMsgId: '20010DB800000000000000000000000100002A9F0000000000000000',
    });
    expect(encodeMessageRecord(message).toString('hex')).toBe(V1_IPV6_HEX);
  });

  it('gives back any message', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    const printable = text.filter((value) => !hasSeparator(value) && isWellFormed(value));
    fc.assert(
      fc.property(
        fc.dictionary(printable, printable),
        fc.uint8Array({ maxLength: 500 }),
        fc.integer({ min: 1, max: 255 }),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        fc.maxSafeNat(),
        (properties, body, topicLength, flag, offset) => {
          const init = {
            topic: 't'.repeat(topicLength),
            flag,
            properties: new Map(Object.entries(properties)),
            body: Buffer.from(body),
            queueOffset: offset,
            commitLogOffset: offset,
          };
          expect(decodeMessage(encodeMessageRecord(init), { checkCrc: true })).toMatchObject(init);
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  it('takes the unique key as message id', () => {
    const record = encodeMessageRecord({ ...V1, properties: new Map([['UNIQ_KEY', 'unique']]) });
    expect(decodeMessage(record)).toMatchObject({
      msgId: 'unique',
      offsetMsgId: '0A00000100002A9F0000000000001000',
    });
  });

  it('decodes many records in a row, at any offset', () => {
    const all = Buffer.concat([hex(V1_HEX), hex(V1_IPV6_HEX), hex(V1_HEX)]);
    expect(decodeMessages(all).map((message) => message.topic)).toEqual([
      'TopicTest',
      'T6',
      'TopicTest',
    ]);
    expect(decodeMessages(all, { offset: 109 })).toHaveLength(2);
    expect(decodeMessage(all, { offset: 109 }).topic).toBe('T6');
    expect(decodeMessages(Buffer.alloc(0))).toEqual([]);
  });

  it('leaves the body out, views or copies it', () => {
    const source = hex(V1_HEX);
    expect(decodeMessage(source, { readBody: false }).body).toHaveLength(0);
    const copied = decodeMessage(source).body;
    const viewed = decodeMessage(source, { copyBody: false }).body;
    source.fill('x');
    expect(copied.toString()).toBe('hello');
    expect(viewed.toString()).toBe('xxxxx');
  });

  it.each(Object.entries(CompressionType))('decompresses %s bodies', (_name, type) => {
    const body = Buffer.from('rocketmq'.repeat(25));
    const stored = compressBody(body, type);
    const sysFlag = compressionSysFlag(type);
    const record = encodeMessageRecord({ ...V1, body: stored, sysFlag });
    expect(decodeMessage(record).body).toEqual(body);
    expect(decodeMessage(record, { decompressBody: false }).body).toEqual(stored);
    expect(() => decodeMessage(record, { maxBodyBytes: 100 })).toThrow(code('BODY_TOO_LARGE'));
  });

  it('finds a damaged body only when asked to look', () => {
    const record = hex(V1_HEX);
    record[record.indexOf('hello')] = 0x48;
    expect(decodeMessage(record).body.toString()).toBe('Hello');
    expect(() => decodeMessage(record, { checkCrc: true })).toThrow(code('MESSAGE_CORRUPT'));
  });

  it.each([
    ['cut short', (record: Buffer) => record.subarray(0, 108)],
    ['shorter than any record', (record: Buffer) => record.subarray(0, 90)],
    ['with another magic', (record: Buffer) => patched(record, RecordField.MAGIC, 1)],
    ['with no size', (record: Buffer) => patched(record, 0, 0)],
    ['with a negative size', (record: Buffer) => patched(record, 0, -1)],
    ['with a huge body', (record: Buffer) => patched(record, 84, 0x7fffffff)],
    ['with a negative body', (record: Buffer) => patched(record, 84, -5)],
    ['with a body over its topic', (record: Buffer) => patched(record, 84, 15)],
    ['with IPv6 hosts in too little room', (record: Buffer) => patched(record, 36, 48)],
  ])('refuses a record %s', (_name, damage) => {
    expect(() => decodeMessages(damage(hex(V1_HEX)))).toThrow(code('MESSAGE_CORRUPT'));
  });

  it('never reads outside a record, whatever its bytes are', () => {
    const guarded = Buffer.concat([hex(V1_HEX), hex(V1_HEX)]);
    fc.assert(
      fc.property(fc.nat(104), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const source = Buffer.from(guarded);
        source[4 + at] = value;
        try {
          const { body, topic } = decodeMessage(source);
          expect(body.length + topic.length).toBeLessThanOrEqual(109);
        } catch (error) {
          expect([
            'MESSAGE_CORRUPT',
            'NUMBER_UNSAFE',
            'COMPRESSION_FAILED',
            'COMPRESSION_UNKNOWN',
          ]).toContain((error as { code?: string }).code);
        }
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  it('refuses properties that no record can hold', () => {
    const properties = new Map([['k', 'v'.repeat(32_768)]]);
    expect(() => encodeMessageRecord({ ...V1, properties })).toThrow(code('INVALID_MESSAGE'));
  });
});

function patched(record: Buffer, at: number, value: number): Buffer {
  record.writeInt32BE(value, at);
  return record;
}

/** Half a surrogate pair does not survive UTF-8. */
function isWellFormed(text: string): boolean {
  return Buffer.from(text).toString() === text;
}

function hasSeparator(text: string): boolean {
  return text.includes(NAME_VALUE_SEPARATOR) || text.includes(PROPERTY_SEPARATOR);
}
