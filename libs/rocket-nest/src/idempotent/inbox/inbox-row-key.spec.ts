import { inboxRowKeyOf } from './inbox-row-key';

describe('inboxRowKeyOf', () => {
  it('gives the values of the unique columns', () => {
    const scope = { group: 'payment', listener: 'paid', key: '0A01' };
    expect(inboxRowKeyOf(scope)).toEqual(['payment', 'paid', '0A01', '']);
    expect(inboxRowKeyOf({ ...scope, instance: 'pod-1' })[3]).toBe('pod-1');
  });

  it('hashes what no column holds', () => {
    const of = (key: string): string => inboxRowKeyOf({ group: 'g', listener: 'l', key })[2];
    expect(of('x'.repeat(255))).toBe('x'.repeat(255));
    expect(of('x'.repeat(256))).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(of('x'.repeat(257))).not.toBe(of('x'.repeat(256)));
    expect(of('a\0b')).toMatch(/^sha256:/);
  });
});
