import { inflateSync } from 'node:zlib';
import { createMessage, decodeClientBatch, decodeProperties } from '@rocket-nest/common';
import { MessagePreparer } from './message-preparer';
import { producerSettings, type ProducerOptions } from './producer-options';

function preparer(options: Partial<ProducerOptions> = {}) {
  let next = 0;
  const settings = producerSettings({ producerGroup: 'PID', ...options });
  const ids = { next: () => `ID${next++}` };
  return new MessagePreparer(settings, options.namespace, ids, { wallNow: () => 1000 });
}

describe('MessagePreparer', () => {
  it('adds the unique key, or keeps the one it finds', () => {
    const plain = preparer().prepare(createMessage({ topic: 'T', body: 'x', tag: 'A' }));
    expect(decodeProperties(plain.propertiesText)).toEqual(
      new Map([
        ['TAGS', 'A'],
        ['WAIT', 'true'],
        ['UNIQ_KEY', 'ID0'],
      ]),
    );
    const message = createMessage({ topic: 'T', body: 'x' });
    message.properties.set('UNIQ_KEY', 'MINE');
    expect(preparer().prepare(message).msgId).toBe('MINE');
  });

  it('compresses from the threshold on', () => {
    const prepare = (bytes: number) =>
      preparer({ compressMsgBodyOverHowmuchBytes: 100 }).prepare(
        createMessage({ topic: 'T', body: 'a'.repeat(bytes) }),
      );
    expect(prepare(99)).toMatchObject({ sysFlag: 0, body: { length: 99 } });
    const large = prepare(100);
    expect(large.sysFlag).toBe(0x301);
    expect(inflateSync(large.body).toString()).toBe('a'.repeat(100));
  });

  it('puts topics into the namespace', () => {
    const prepared = preparer({ namespace: 'NS' }).prepare(
      createMessage({ topic: 'T', body: 'x' }),
    );
    expect(prepared.topic).toBe('NS%T');
    expect(decodeProperties(prepared.propertiesText).get('INSTANCE_ID')).toBe('NS');
  });

  it('joins a batch, each message with a key of its own', () => {
    const batch = preparer().prepareBatch(
      ['a', 'b'].map((body) => createMessage({ topic: 'T', body, keys: body })),
    );
    const items = decodeClientBatch(batch.body);
    expect(items.map(({ body }) => body.toString())).toEqual(['a', 'b']);
    const properties = items.map((item) => decodeProperties(item.properties));
    expect(properties.map((of) => of.get('UNIQ_KEY'))).toEqual(['ID0', 'ID1']);
    expect(batch).toMatchObject({ batch: true, msgId: 'ID0,ID1', topic: 'T' });
  });

  it('refuses batches that cannot be one', () => {
    const message = (more: object = {}) => createMessage({ topic: 'T', body: 'x', ...more });
    const illegal = [
      [],
      [message(), message({ topic: 'U' })],
      [message({ delayTimeLevel: 1 })],
      [message({ topic: '%RETRY%G' })],
      [message(), message({ waitStoreMsgOk: false })],
    ];
    for (const batch of illegal) {
      expect(() => preparer().prepareBatch(batch)).toThrow(
        expect.objectContaining({ code: 'BATCH_ILLEGAL' }),
      );
    }
    const big = Array.from({ length: 3 }, () => message({ body: Buffer.alloc(2_000_000) }));
    expect(() => preparer().prepareBatch(big)).toThrow(
      expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }),
    );
  });
});
