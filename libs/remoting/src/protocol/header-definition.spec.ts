import {
  PopMessageRequestHeader,
  SearchOffsetRequestHeader,
  SendMessageRequestHeaderV2,
} from '../headers';
import { decodeHeader, defineHeader, encodeHeader } from './header-definition';
import { bool, int, long, text } from './header-field';
import { RemotingCommand } from './remoting-command';

const Sample = defineHeader('Sample', {
  name: text(),
  count: int(),
  offset: long(),
  remark: text().optional(),
  flag: bool().optional(),
  limit: int().orElse(7),
});

function decode(fields: Record<string, string>): unknown {
  const command = RemotingCommand.createRequest(1, new Map(Object.entries(fields)));
  return decodeHeader(Sample, command);
}

const COMPLETE = { name: 'n', count: '-2', offset: '3' };

describe('decodeHeader', () => {
  it('reads what is there, fills in defaults, and leaves the rest out', () => {
    expect(decode(COMPLETE)).toEqual({ name: 'n', count: -2, offset: 3, limit: 7 });
    expect(decode({ ...COMPLETE, flag: 'TRUE', limit: '1', unknown: 'x' })).toEqual({
      name: 'n',
      count: -2,
      offset: 3,
      flag: true,
      limit: 1,
    });
  });

  it('names the field that is missing', () => {
    expect(() => decode({ name: 'n', count: '1' })).toThrow(
      expect.objectContaining({
        code: 'HEADER_MISSING_FIELD',
        message: 'the header Sample lacks its field offset',
      }),
    );
  });

  it.each(['', 'x', '1.5', ' 1', '1e3', '0x10', '2147483648', '99999999999999999999'])(
    'refuses %j as a 32-bit integer',
    (count) => {
      expect(() => decode({ ...COMPLETE, count })).toThrow(
        expect.objectContaining({ code: 'HEADER_BAD_FIELD' }),
      );
    },
  );

  it.each([
    ['9223372036854775807', Number.MAX_SAFE_INTEGER],
    ['-9223372036854775808', Number.MIN_SAFE_INTEGER],
    ['1700000000000', 1700000000000],
    ['+5', 5],
  ])('reads the 64-bit integer %s as the nearest safe one', (offset, value) => {
    expect(decode({ ...COMPLETE, offset })).toMatchObject({ offset: value });
  });
});

describe('encodeHeader', () => {
  it('writes texts, defaults included, and leaves out what is undefined', () => {
    const fields = encodeHeader(Sample, { name: 'n', count: 1, offset: 2, remark: undefined });
    expect([...fields]).toEqual([
      ['name', 'n'],
      ['count', '1'],
      ['offset', '2'],
      ['limit', '7'],
    ]);
  });

  it('asserts integers that are safe', () => {
    expect(() => encodeHeader(Sample, { name: 'n', count: 1, offset: 2 ** 60 })).toThrow(
      'Sample.offset is no safe integer',
    );
  });
});

describe('the headers of RocketMQ', () => {
  it('has inherited fields, and defaults where Java has primitives', () => {
    expect(SearchOffsetRequestHeader.entries.map(([name]) => name)).toEqual(
      expect.arrayContaining(['ns', 'nsd', 'bname', 'oway', 'lo', 'topic', 'queueId', 'timestamp']),
    );
    expect(PopMessageRequestHeader.fields.order.presence).toBe('defaulted');
    expect(SendMessageRequestHeaderV2.fields.i.presence).toBe('optional');
  });
});
