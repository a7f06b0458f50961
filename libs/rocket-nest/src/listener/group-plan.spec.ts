import type { MessageExt } from '@rocket-nest/common';
import type { RocketListenerOptions } from '../decorators/rocket-listener-options';
import { GroupPlan } from './group-plan';
import type { ListenerDefinition } from './listener-definition';

function listener(place: string, options: Partial<RocketListenerOptions>): ListenerDefinition {
  return {
    id: place,
    place,
    options: { topic: 'order', consumerGroup: 'g', ...options },
    invoke: () => Promise.resolve(),
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

  it('refuses contradicting options, naming the option', () => {
    const build = (): GroupPlan =>
      new GroupPlan('g', [
        listener('A.a', { selectorExpression: 'PAID', consumeMode: 'ORDERLY' }),
        listener('B.b', { topic: 'stock', consumeMode: 'CONCURRENTLY' }),
      ]);
    expect(build).toThrow(/A\.a and B\.b share consumer group 'g' but differ in 'consumeMode'/);
  });
});
