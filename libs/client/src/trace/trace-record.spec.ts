import { encodeTraceRecord, traceKeysOf, type TraceRecord } from './trace-record';

const base = {
  timestampMs: 1_700_000_000_000,
  regionId: 'DefaultRegion',
  group: 'GROUP',
  msgId: 'MSGID',
  keys: 'k1 k2',
};
const about = { topic: 'TopicTest', tags: 'TagA', storeHost: '10.0.0.1:10911' };

/** Written by the Java client 5.5.0; `|` stands for U+0001, `$` for U+0002. */
const recorded: [string, TraceRecord][] = [
  [
    'Pub|1700000000000|DefaultRegion|GROUP|TopicTest|MSGID|TagA|k1 k2|10.0.0.1:10911|5|11|0|OFFSETMSGID|true$',
    {
      ...base,
      ...about,
      type: 'Pub',
      bodyLength: 5,
      costMs: 11,
      messageType: 0,
      offsetMsgId: 'OFFSETMSGID',
      success: true,
    },
  ],
  [
    'Pub|1700000000000|DefaultRegion|GROUP|TopicTest|MSGID|null|null|10.0.0.1:10911|5|34|0|OFFSETMSGID|true$',
    {
      ...base,
      ...about,
      tags: undefined,
      keys: undefined,
      type: 'Pub',
      bodyLength: 5,
      costMs: 34,
      messageType: 0,
      offsetMsgId: 'OFFSETMSGID',
      success: true,
    },
  ],
  [
    'SubBefore|1700000000000|DefaultRegion|GROUP|REQID|MSGID|2|k1 k2$',
    { ...base, type: 'SubBefore', requestId: 'REQID', retryTimes: 2 },
  ],
  [
    'SubAfter|REQID|MSGID|11|true|k1 k2|0|1700000000000|GROUP$',
    { ...base, type: 'SubAfter', requestId: 'REQID', costMs: 11, success: true, contextCode: 0 },
  ],
  [
    'EndTransaction|1700000000000|DefaultRegion|GROUP|TopicTest|MSGID|TagA|k1 k2|10.0.0.1:10911|2|TXID|COMMIT_MESSAGE|false$',
    {
      ...base,
      ...about,
      type: 'EndTransaction',
      transactionId: 'TXID',
      state: 'COMMIT_MESSAGE',
      fromTransactionCheck: false,
    },
  ],
];

describe('trace records', () => {
  it.each(recorded)('%s', (text, record) => {
    const expected = text.replaceAll('|', '\u0001').replaceAll('$', '\u0002');
    expect(encodeTraceRecord(record)).toBe(expected);
  });

  it('are found by the unique key and the keys of the message', () => {
    expect(traceKeysOf(recorded[0][1])).toEqual(['MSGID', 'k1', 'k2']);
    expect(traceKeysOf(recorded[1][1])).toEqual(['MSGID']);
  });
});
