import { encodeMessageRecord } from './message-encoder';
import {
  MESSAGE_RECORD_FIXED_BYTES,
  MESSAGE_RECORD_V6_EXTRA_BYTES,
  RecordField,
  messageRecordSize,
} from './message-record';
import { MessageSysFlag } from './message-sys-flag';

/** Name and size of each field of a V1 record with IPv4 hosts, in order. */
const LAYOUT: readonly (readonly [string, number])[] = [
  ['TOTAL_SIZE', 4],
  ['MAGIC', 4],
  ['BODY_CRC', 4],
  ['QUEUE_ID', 4],
  ['FLAG', 4],
  ['QUEUE_OFFSET', 8],
  ['PHYSICAL_OFFSET', 8],
  ['SYS_FLAG', 4],
  ['BORN_TIMESTAMP', 8],
  ['BORN_HOST', 8],
  ['storeTimestamp', 8],
  ['storeHost', 8],
  ['reconsumeTimes', 4],
  ['preparedTransactionOffset', 8],
  ['bodyLength', 4],
  ['topicLength', 1],
  ['propertiesLength', 2],
];

describe('the layout of a stored message', () => {
  it('adds up to the fixed size', () => {
    expect(LAYOUT.reduce((sum, [, size]) => sum + size, 0)).toBe(MESSAGE_RECORD_FIXED_BYTES);
  });

  it('has each fixed field at the sum of the sizes before it', () => {
    let at = 0;
    for (const [name, size] of LAYOUT) {
      if (name in RecordField) expect([name, RecordField[name as 'MAGIC']]).toEqual([name, at]);
      at += size;
    }
  });

  it.each([
    ['V1, IPv4', 'T', '1.2.3.4:5', '1.2.3.4:5', 0],
    ['born IPv6', 'T', '[::1]:5', '1.2.3.4:5', MESSAGE_RECORD_V6_EXTRA_BYTES],
    ['store IPv6', 'T', '1.2.3.4:5', '[::1]:5', MESSAGE_RECORD_V6_EXTRA_BYTES],
    ['both IPv6', 'T', '[::1]:5', '[::1]:5', 2 * MESSAGE_RECORD_V6_EXTRA_BYTES],
    ['longest V1 topic', 't'.repeat(127), '1.2.3.4:5', '1.2.3.4:5', 0],
    ['V2', 't'.repeat(128), '1.2.3.4:5', '1.2.3.4:5', 1],
  ])('is as long as computed: %s', (_name, topic, bornHost, storeHost, extra) => {
    const body = Buffer.from('body');
    const properties = new Map([['k', 'v']]);
    const record = encodeMessageRecord({ topic, body, properties, bornHost, storeHost });
    expect(record.length).toBe(MESSAGE_RECORD_FIXED_BYTES + topic.length + 4 + 4 + extra);
    const sysFlag = record.readInt32BE(RecordField.SYS_FLAG);
    expect(messageRecordSize(sysFlag, topic.length, 4, 4)).toBe(record.length);
    expect((sysFlag & MessageSysFlag.BORNHOST_V6_FLAG) !== 0).toBe(bornHost.startsWith('['));
  });
});
