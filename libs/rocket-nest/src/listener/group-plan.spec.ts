import type { MessageExt } from '@rocket-nest/common';
import { GroupPlan } from './group-plan';
import type { BoundListener, ResolvedListenerOptions } from './listener-definition';

function listener(place: string, options: Partial<ResolvedListenerOptions>): BoundListener {
  return {
    id: place,
    place,
    connection: 'default',
    consumerGroup: 'g',
    options: { topic: 'order', consumerGroup: 'g', ...options },
    metatype: Object,
    methodName: 'on',
    prototypeMethod: () => undefined,
    instance: undefined,
    invoke: () => Promise.resolve(),
    invokeBatch: () => Promise.resolve(),
  };
}

function message(topic: string, properties: Record<string, string>): MessageExt {
  return { topic, properties: new Map(Object.entries(properties)) } as MessageExt;
}

describe('GroupPlan', () => {
  it('subscribes once per topic to the tags of all its listeners', () => {
    const plan = new GroupPlan('g', [
      listener('A.a', { selectorExpression: 'PAID' }),
      listener('A.b', { selectorExpression: 'CANCELLED || REFUNDED' }),
      listener('A.c', { topic: 'stock' }),
    ]);
    expect([...plan.subscriptions()]).toEqual([
      ['order', 'PAID || CANCELLED || REFUNDED'],
      ['stock', '*'],
    ]);
  });

  it('finds the listener by tag, and by the original topic of a retried message', () => {
    const paid = listener('A.paid', { selectorExpression: 'PAID' });
    const rest = listener('A.rest', { selectorExpression: 'CANCELLED' });
    const plan = new GroupPlan('g', [paid, rest]);
    expect(plan.listenerOf(message('order', { TAGS: 'CANCELLED' }))).toBe(rest);
    expect(plan.listenerOf(message('%RETRY%g', { TAGS: 'PAID', RETRY_TOPIC: 'order' }))).toBe(paid);
    expect(plan.listenerOf(message('order', { TAGS: 'OTHER' }))).toBeUndefined();
  });

  it('refuses overlapping tags, naming both places', () => {
    const build = (): GroupPlan =>
      new GroupPlan('g', [
        listener('A.a', { selectorExpression: 'PAID' }),
        listener('B.b', { selectorExpression: '*' }),
      ]);
    expect(build).toThrow(/B\.b and A\.a both take messages of topic 'order'/);
  });

  it('hands a filter other than tags on as it is', () => {
    const sql = { selectorType: 'SQL92', selectorExpression: 'amount > 5' } as const;
    const plan = new GroupPlan('g', [listener('A.a', sql)]);
    expect([...plan.subscriptions()]).toEqual([
      ['order', { type: 'SQL92', expression: 'amount > 5' }],
    ]);
  });

  it('leaves concurrency to each listener', () => {
    const build = (): GroupPlan =>
      new GroupPlan('g', [
        listener('A.a', { selectorExpression: 'PAID', concurrency: 1 }),
        listener('B.b', { topic: 'stock', concurrency: 50 }),
      ]);
    expect(build).not.toThrow();
  });

  it('refuses contradicting options, naming the option', () => {
    const build = (): GroupPlan =>
      new GroupPlan('g', [
        listener('A.a', { selectorExpression: 'PAID', consumeMode: 'ORDERLY' }),
        listener('B.b', { topic: 'stock', consumeMode: 'CONCURRENTLY' }),
      ]);
    expect(build).toThrow(/A\.a and B\.b share consumer group 'g' but differ in 'consumeMode'/);
  });
});
