import { createMessage, type MessageExt } from '@rocket-nest/common';
import { destinationOfPattern, patternHeaders } from './pattern-destination';
import { PatternTable } from './pattern-table';

const message = (topic: string, tag?: string, properties: Record<string, string> = {}) =>
  createMessage({ topic, body: 'x', properties, ...(tag && { tag }) }) as MessageExt;

describe('destinationOfPattern', () => {
  it.each([
    ['order', { topic: 'order' }],
    ['order:PAID', { topic: 'order', tag: 'PAID' }],
    ['user.created', { topic: 'user_created' }],
    ['{"cmd":"sum"}', { topic: 'cmd_sum' }],
    ['a:b:c', { topic: 'a_b_c' }],
    ['%DLQ%payment', { topic: '%DLQ%payment' }],
  ])('%s', (pattern, destination) => {
    expect(destinationOfPattern(pattern)).toEqual(destination);
  });

  it('refuses what leaves no topic, and takes a function instead', () => {
    expect(() => destinationOfPattern('*')).toThrow(/'destinationOf'/);
    expect(destinationOfPattern('*', () => 'all:ANY')).toEqual({ topic: 'all', tag: 'ANY' });
  });

  it('names the pattern only where the destination does not', () => {
    expect(patternHeaders('order:PAID', destinationOfPattern('order:PAID'))).toEqual({});
    expect(patternHeaders('a.b', destinationOfPattern('a.b'))).toEqual({ nestPattern: 'a.b' });
  });
});

describe('PatternTable', () => {
  const table = new PatternTable(
    ['order:PAID', 'order:SENT', 'stock', 'stock:LOW', 'user.created', 'user_created'],
    undefined,
  );

  it('subscribes once per topic', () => {
    expect([...table.subscriptions()]).toEqual([
      ['order', 'PAID || SENT'],
      ['stock', '*'],
      ['user_created', '*'],
    ]);
  });

  it('finds the pattern that is named, else by tag, else by topic', () => {
    expect(table.patternOf(message('order', 'SENT'))).toBe('order:SENT');
    expect(table.patternOf(message('stock', 'LOW'))).toBe('stock:LOW');
    expect(table.patternOf(message('stock', 'HIGH'))).toBe('stock');
    expect(table.patternOf(message('user_created'))).toBe('user_created');
    const named = message('user_created', undefined, { nestPattern: 'user.created' });
    expect(table.patternOf(named)).toBe('user.created');
    const retried = message('%RETRY%g', 'PAID');
    retried.properties.set('RETRY_TOPIC', 'order');
    expect(table.patternOf(retried)).toBe('order:PAID');
  });

  it('knows no pattern for what is for somebody else', () => {
    expect(table.patternOf(message('order', 'OTHER'))).toBeUndefined();
    const other = message('user_created', undefined, { nestPattern: 'user-created' });
    expect(table.patternOf(other)).toBeUndefined();
  });
});
