import { createMessage, keysOf, tagOf } from './create-message';

const refused = expect.objectContaining({ code: 'INVALID_MESSAGE' });

describe('createMessage', () => {
  it('sets what RocketMQ expects of a plain message', () => {
    const message = createMessage({ topic: 'T', body: 'hé' });
    expect(message).toEqual({
      topic: 'T',
      flag: 0,
      body: Buffer.from('hé'),
      properties: new Map([['WAIT', 'true']]),
    });
    expect([keysOf(message), tagOf(message)]).toEqual([[], undefined]);
  });

  it('turns options into properties', () => {
    const message = createMessage({
      topic: 'T',
      body: new Uint8Array([1, 2]),
      tag: 'A',
      keys: ['k1', 'k2'],
      flag: 5,
      waitStoreMsgOk: false,
      delayTimeLevel: 3,
      delayTimeMs: 10,
      deliverTimeMs: 20,
      shardingKey: 's',
      properties: { own: 'x' },
    });
    expect(Object.fromEntries(message.properties)).toEqual({
      own: 'x',
      KEYS: 'k1 k2',
      TAGS: 'A',
      WAIT: 'false',
      DELAY: '3',
      TIMER_DELAY_MS: '10',
      TIMER_DELIVER_MS: '20',
      __SHARDINGKEY: 's',
    });
    expect(message.body).toEqual(Buffer.from([1, 2]));
    expect([keysOf(message), tagOf(message)]).toEqual([['k1', 'k2'], 'A']);
  });

  it('keeps a view of part of a byte array to that part', () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    expect([...createMessage({ topic: 'T', body: bytes.subarray(1, 3) }).body]).toEqual([2, 3]);
  });

  it.each([
    ['TAGS', 'x'],
    ['UNIQ_KEY', 'x'],
    ['', 'x'],
    ['a\u0001', 'x'],
    ['a', 'x\u0002'],
    ['a', ''],
    ['a', 5 as unknown as string],
  ])('refuses the property %j = %j', (name, value) => {
    expect(() => createMessage({ topic: 'T', body: '', properties: { [name]: value } })).toThrow(
      refused,
    );
  });
});
