import { checkTransactionSettings } from './transaction-settings.check';

const HOUR_MS = 3_600_000;

describe('settings of transactional messages', () => {
  it('have a group of their own, and keep the log for 7 days', () => {
    expect(checkTransactionSettings({}, 'order')).toEqual({
      producerGroup: 'order_tx',
      graceMs: 10_000,
      retentionMs: 168 * HOUR_MS,
      topics: [],
      checkConcurrency: undefined,
    });
  });

  it('refuse the group of the plain producer', () => {
    expect(() => checkTransactionSettings({ producerGroup: 'order' }, 'order')).toThrow(
      /producerGroup 'order' .* group of their own/,
    );
  });

  it('refuse to keep the log for less than brokers keep messages', () => {
    const check = (retentionMs: number, brokerRetentionMs?: number) => () =>
      checkTransactionSettings({ retentionMs, brokerRetentionMs }, 'order');
    expect(check(72 * HOUR_MS)).toThrow(/use 262800000 or more/);
    expect(check(73 * HOUR_MS)).not.toThrow();
    expect(check(5 * HOUR_MS, 4 * HOUR_MS)).not.toThrow();
    expect(check(Number.NaN)).toThrow(/retentionMs/);
  });

  it('refuse a negative grace period', () => {
    expect(() => checkTransactionSettings({ graceMs: -1 }, 'order')).toThrow(/graceMs/);
  });
});
