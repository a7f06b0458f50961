import { createMessage } from '@rocket-nest/common';
import type { MessageExt } from '@rocket-nest/common';
import { PublishedMessage } from './published-message';
import { RecordList } from './record-list';

function published(topic: string, tag?: string): PublishedMessage {
  const message = createMessage({ topic, body: '{"id":1}', tag }) as MessageExt;
  return new PublishedMessage('default', message);
}

describe('RecordList', () => {
  let added: number;
  beforeEach(() => (added = 0));
  const listOf = (maxRecords?: number) =>
    new RecordList<PublishedMessage>(() => added++, maxRecords);

  it('finds by topic, by topic and tag, and by a function, in the order of coming', () => {
    const list = listOf();
    list.add(published('order', 'PAID'));
    list.add(published('order', 'CREATED'));
    list.add(published('note'));
    expect(added).toBe(3);
    expect(list.find().map(({ destination }) => destination)).toEqual([
      'order:PAID',
      'order:CREATED',
      'note',
    ]);
    expect(list.find('order')).toHaveLength(2);
    expect(list.find('order:PAID')).toHaveLength(1);
    expect(list.find(({ tag }) => tag === undefined)).toHaveLength(1);
    expect(list.find('ord')).toEqual([]);
    list.clear();
    expect(list.find()).toEqual([]);
  });

  it('forgets the oldest past its limit', () => {
    const list = listOf(3);
    for (let number = 0; number < 20; number++) list.add(published(`t${number}`));
    expect(list.find().map(({ topic }) => topic)).toEqual(['t17', 't18', 't19']);
  });
});
