import type { MessageExt } from '@rocket-nest/common';
import type { ListenerDefinition } from '../listener/listener-definition';
import type { RocketContext } from '../listener/rocket-context';
import type { IdempotencyScope } from './idempotency-store';
import { messageRunsOf } from './idempotent-message';
import type { IdempotentOptions } from './idempotent-options';

const listener = (messageModel?: 'BROADCASTING'): ListenerDefinition =>
  ({
    id: 'paid',
    place: 'Shop.onPaid',
    consumerGroup: 'payment',
    options: { topic: 'order', messageModel },
  }) as ListenerDefinition;

function scopeOf(
  properties: Record<string, string>,
  options: IdempotentOptions,
  of = listener(),
): IdempotencyScope {
  const message = { msgId: 'broker-id', properties: new Map(Object.entries(properties)) };
  return messageRunsOf(of, options)(message as MessageExt, {} as RocketContext).scope;
}

describe('what of a message is done once', () => {
  it('is named by its group, its listener and its unique id', () => {
    expect(scopeOf({ UNIQ_KEY: 'u1', KEYS: 'order-7' }, { store: 'memory' })).toEqual({
      group: 'payment',
      listener: 'paid',
      key: 'u1',
    });
  });

  it('without a unique id by what the broker gave the first delivery', () => {
    expect(scopeOf({ ORIGIN_MESSAGE_ID: 'first' }, { store: 'memory' }).key).toBe('first');
    expect(scopeOf({}, { store: 'memory' }).key).toBe('broker-id');
  });

  it('is named by a business key where one is given', () => {
    const key = (message: MessageExt): string | undefined => message.properties.get('orderId');
    const options: IdempotentOptions = { store: 'db', key };
    expect(scopeOf({ UNIQ_KEY: 'u1', orderId: '7' }, options).key).toBe('7');
    expect(() => scopeOf({ UNIQ_KEY: 'u1' }, options)).toThrow(
      expect.objectContaining({ code: 'REJECT_TO_DLQ' }),
    );
  });

  it('is told apart by instances of a broadcasting listener, which must be named', () => {
    const of = listener('BROADCASTING');
    expect(scopeOf({}, { store: 'db', instance: 'pod-1' }, of).instance).toBe('pod-1');
    expect(scopeOf({}, { store: 'redis', instance: () => 'pod-2' }, of).instance).toBe('pod-2');
    expect(scopeOf({}, { store: 'db', instance: 'pod-1' }).instance).toBeUndefined();
    expect(() => scopeOf({}, { store: 'db' }, of)).toThrow(/Shop.onPaid.*set 'instance'/);
    expect(scopeOf({}, { store: 'memory' }, of).instance).toBeUndefined();
  });
});
