import { encodeMessageRecord } from '@rocket-nest/common';
import { offsetMessageIdOf, readStoredMessage } from './stored-message';

describe('readStoredMessage', () => {
  const init = {
    topic: 'TopicTest',
    queueId: 3,
    flag: 7,
    queueOffset: 11,
    commitLogOffset: 0x1_2345_6789,
    bornTimestamp: 1_700_000_000_000,
    storeTimestamp: 1_700_000_000_001,
    bornHost: '10.1.2.3:4567',
    storeHost: '127.0.0.1:10911',
    reconsumeTimes: 2,
    preparedTransactionOffset: 99,
    properties: new Map([['TAGS', 'A']]),
    body: Buffer.from('hello'),
  };

  it('reads every field, also behind another record', () => {
    const record = encodeMessageRecord(init);
    const stored = readStoredMessage(Buffer.concat([record, record]), record.length);
    expect(stored).toMatchObject({
      topic: 'TopicTest',
      queueId: 3,
      flag: 7,
      queueOffset: 11,
      physicalOffset: 0x1_2345_6789,
      bornTimestamp: 1_700_000_000_000,
      storeTimestamp: 1_700_000_000_001,
      reconsumeTimes: 2,
      preparedTransactionOffset: 99,
      sizeBytes: record.length,
    });
    expect([...stored.bornHost.address, stored.bornHost.port]).toEqual([10, 1, 2, 3, 4567]);
    expect(stored.body.toString()).toBe('hello');
    expect(stored.propertiesText.toString()).toBe('TAGS\u0001A\u0002');
    expect(offsetMessageIdOf(stored)).toBe('7F00000100002A9F0000000123456789');
  });

  it('reads IPv6 hosts and long topics', () => {
    const topic = `%RETRY%${'g'.repeat(122)}`;
    const record = encodeMessageRecord({
      ...init,
      topic,
      bornHost: '[::1]:1',
      storeHost: '[::2]:2',
    });
    const stored = readStoredMessage(record);
    expect(stored.topic).toBe(topic);
    expect(stored.bornHost.address).toHaveLength(16);
    expect(stored.storeHost.port).toBe(2);
    expect(offsetMessageIdOf(stored)).toHaveLength(56);
    expect(stored.body.toString()).toBe('hello');
  });

  it('refuses whatever is no whole record', () => {
    const record = encodeMessageRecord(init);
    for (let length = 0; length < record.length; length++) {
      expect(() => readStoredMessage(record.subarray(0, length))).toThrow(/no stored message/);
    }
    const bad = Buffer.from(record);
    bad.writeInt32BE(0x7fffffff, 84);
    expect(() => readStoredMessage(bad)).toThrow(/no stored message/);
  });
});
