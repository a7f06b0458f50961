import * as fc from 'fast-check';
import {
  formatHostAddress,
  ipToBytes,
  normalizeIp,
  parseHostAddress,
  readHost,
  writeHost,
} from './host-address';
import { readLong, writeLong } from './long';

const code = (name: string) => expect.objectContaining({ code: name });

describe('64-bit numbers', () => {
  it('reads what it writes, as Node itself does', () => {
    const bytes = Buffer.alloc(16);
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(writeLong(bytes, value, 3)).toBe(11);
        expect(bytes.readBigInt64BE(3)).toBe(BigInt(value));
        expect(readLong(bytes, 3)).toBe(value);
      }),
      { seed: 5, examples: [[0], [-1], [-(2 ** 32)], [2 ** 53 - 1], [-(2 ** 53) + 1]] },
    );
  });

  it.each([2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 53n) - 1n])(
    'refuses to read %d',
    (value) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(value);
      expect(() => readLong(bytes, 0)).toThrow(code('NUMBER_UNSAFE'));
    },
  );

  it.each([1.5, NaN, Infinity, 2 ** 53])('refuses to write %d', (value) => {
    expect(() => writeLong(Buffer.alloc(8), value, 0)).toThrow(code('NUMBER_UNSAFE'));
  });
});

describe('host addresses', () => {
  it.each([
    ['1.2.3.4:5', '1.2.3.4', 5],
    ['[::1]:10911', '::1', 10911],
    ['::1:10911', '::1', 10911],
    ['host-a.local:80', 'host-a.local', 80],
  ])('takes %s apart', (text, ip, port) => {
    expect(parseHostAddress(text)).toEqual({ ip, port });
  });

  it.each(['', ':1', '1.2.3.4', '1.2.3.4:', '1.2.3.4:x', '1.2.3.4:65536', 'a:-1'])(
    'refuses %j',
    (text) => expect(() => parseHostAddress(text)).toThrow(code('ADDRESS_INVALID')),
  );

  it.each([
    ['0.0.0.0', '00000000', '0.0.0.0'],
    ['255.1.2.3', 'ff010203', '255.1.2.3'],
    ['::ffff:10.0.0.1', '0a000001', '10.0.0.1'],
    ['::', '00000000000000000000000000000000', '::'],
    ['::1', '00000000000000000000000000000001', '::1'],
    ['2001:db8:0:0:0:0:0:9', '20010db8000000000000000000000009', '2001:db8::9'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001', 'fe80::1'],
    ['1:0:0:2:0:0:0:3', '00010000000000020000000000000003', '1:0:0:2::3'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008', '1:2:3:4:5:6:7:8'],
    ['1:0:3:4:5:6:7:8', '00010000000300040005000600070008', '1:0:3:4:5:6:7:8'],
    ['ffff::', 'ffff0000000000000000000000000000', 'ffff::'],
    ['64:ff9b::1.2.3.4', '0064ff9b000000000000000001020304', '64:ff9b::102:304'],
  ])('stores %s as %s', (ip, hex, shortest) => {
    const bytes = ipToBytes(ip);
    expect(bytes.toString('hex')).toBe(hex);
    const host = Buffer.alloc(24);
    expect(writeHost(host, 2, bytes, 65_535)).toBe(2 + bytes.length + 4);
    expect(readHost(host, 2, bytes.length === 16)).toBe(formatHostAddress(shortest, 65_535));
  });

  it.each(['', 'localhost', '1.2.3', '1.2.3.4.5', ':::', '1::2::3', 'g::'])(
    'refuses the address %j',
    (ip) => expect(() => ipToBytes(ip)).toThrow(code('ADDRESS_INVALID')),
  );

  it('knows an IPv4 peer of a dual-stack socket', () => {
    expect(normalizeIp('::ffff:127.0.0.1')).toBe('127.0.0.1');
    expect(normalizeIp('::1')).toBe('::1');
  });
});
