import { PublishQueueCursor } from './publish-queue-cursor';
import { createTopicRoute } from './topic-route';

const route = createTopicRoute('T', {
  brokerDatas: ['a', 'b', 'c'].map((brokerName) => ({
    cluster: 'c',
    brokerName,
    brokerAddrs: new Map([[0, `${brokerName}:1`]]),
    enableActingMaster: false,
  })),
  queueDatas: ['a', 'b', 'c'].map((brokerName) => ({
    brokerName,
    perm: 6,
    readQueueNums: 2,
    writeQueueNums: 2,
    topicSysFlag: 0,
  })),
} as unknown as Parameters<typeof createTopicRoute>[1]);

describe('PublishQueueCursor', () => {
  const cursor = () => new PublishQueueCursor(() => 0);
  const brokers = (next: () => { brokerName: string } | undefined) =>
    Array.from({ length: 6 }, () => next()?.brokerName);

  it('takes queues in turn', () => {
    const turn = cursor();
    expect(brokers(() => turn.next(route))).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  it('goes to another broker after a failure', () => {
    const turn = cursor();
    expect(brokers(() => turn.next(route, 'a'))).toEqual(['b', 'b', 'c', 'c', 'b', 'b']);
  });

  it('prefers brokers that are available, then any other one, then any', () => {
    const turn = cursor();
    const only = (name: string) => (brokerName: string) => brokerName === name;
    expect(new Set(brokers(() => turn.next(route, 'a', only('c'))))).toEqual(new Set(['c']));
    expect(brokers(() => turn.next(route, 'c', only('c')))).not.toContain('c');
    expect(new Set(brokers(() => turn.next(route, undefined, () => false))).size).toBe(3);
  });

  it('has nothing for a topic without writable queues', () => {
    const none = createTopicRoute('T', { ...route.data, queueDatas: [] });
    expect(cursor().next(none, undefined, () => true)).toBeUndefined();
  });
});
