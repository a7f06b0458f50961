import { encodeProperties } from '@rocket-nest/common';
import { HalfProperties } from './half-properties';

const scanOf = (text: string | Record<string, string>): HalfProperties => {
  const encoded = typeof text === 'string' ? text : encodeProperties(new Map(Object.entries(text)));
  return new HalfProperties().scan(Buffer.from(encoded));
};

describe('HalfProperties', () => {
  it('finds what a broker has to know', () => {
    const found = scanOf({
      REAL_TOPIC: 'T',
      REAL_QID: '3',
      PGROUP: 'group',
      UNIQ_KEY: 'U',
      TRANSACTION_CHECK_TIMES: '4',
      TRAN_PREPARED_QUEUE_OFFSET: '5000000000',
      CHECK_IMMUNITY_TIME_IN_SECONDS: '60',
      DELAY: '2',
    });
    expect(found).toMatchObject({
      realTopic: 'T',
      realQueueId: 3,
      producerGroup: 'group',
      uniqKey: 'U',
      checkTimes: 4,
      preparedQueueOffset: 5_000_000_000,
      immunitySeconds: 60,
      hasDelay: true,
    });
  });

  it('finds nothing in other properties', () => {
    const found = scanOf({ KEYS: 'REAL_TOPIC', xREAL_TOPIC: 'a', REAL_TOPI: 'b', PGROUPS: 'c' });
    expect([found.realTopic, found.producerGroup, found.uniqKey]).toEqual([
      undefined,
      undefined,
      '',
    ]);
    expect(found.hasDelay).toBe(false);
  });

  it.each(['-1', 'x', '', '1.5', '9999999999999999'])('takes %p for no number', (text) => {
    const found = scanOf(`REAL_QID\u0001${text}\u0002CHECK_IMMUNITY_TIME_IN_SECONDS\u0001${text}`);
    expect([found.realQueueId, found.immunitySeconds]).toEqual([undefined, undefined]);
  });

  it('takes the later of two, and takes both away', () => {
    const found = scanOf(
      'REAL_TOPIC\u0001Forged\u0002A\u00011\u0002REAL_TOPIC\u0001T\u0002REAL_QID\u00010\u0002',
    );
    expect(found.realTopic).toBe('T');
    expect(found.withoutTarget().toString()).toBe('A\u00011\u0002');
  });

  it.each([
    ['at the end', 'A\u00011\u0002REAL_TOPIC\u0001T\u0002REAL_QID\u00010\u0002', 'A\u00011\u0002'],
    ['without its end mark', 'A\u00011\u0002REAL_TOPIC\u0001T', 'A\u00011\u0002'],
    ['at the start', 'REAL_TOPIC\u0001T\u0002A\u00011\u0002', 'A\u00011\u0002'],
    ['alone', 'REAL_TOPIC\u0001T\u0002', ''],
    [
      'between',
      'A\u00011\u0002REAL_QID\u00010\u0002B\u00012\u0002',
      'A\u00011\u0002B\u00012\u0002',
    ],
    ['not at all', 'A\u00011\u0002', 'A\u00011\u0002'],
  ])('takes the target away that stands %s', (_name, text, rest) => {
    expect(scanOf(text).withoutTarget().toString()).toBe(rest);
  });
});
