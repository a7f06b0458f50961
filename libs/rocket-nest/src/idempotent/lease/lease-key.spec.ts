import { leaseKeyOf } from './lease-key';

const keyOf = (group: string, listener: string, key: string, instance?: string): string =>
  leaseKeyOf({ group, listener, key, instance });

describe('leaseKeyOf', () => {
  it('names group, listener, instance and key', () => {
    expect(keyOf('payment', 'paid', '0A01')).toBe('payment:paid::0A01');
    expect(keyOf('payment', 'paid', '0A01', 'pod-1')).toBe('payment:paid:pod-1:0A01');
  });

  it('keeps apart what colons could mix up', () => {
    const keys = [
      keyOf('a', 'b:c', 'd'),
      keyOf('a', 'b', ':c:d'),
      keyOf('a:b', 'c', 'd'),
      keyOf('a', 'b%3Ac', 'd'),
      keyOf('a', 'b', 'd', 'c'),
      keyOf('a', 'b', 'c:d'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('keeps long keys short, and apart', () => {
    const [one, other] = [keyOf('a', 'b', 'x'.repeat(5000)), keyOf('a', 'b', 'x'.repeat(5001))];
    expect(one).not.toBe(other);
    expect(one.length).toBeLessThan(100);
    expect(keyOf('a', 'b', one.slice('a:b:'.length))).not.toBe(one);
  });
});
