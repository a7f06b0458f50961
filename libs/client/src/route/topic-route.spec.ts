import { decodeBody, TopicRouteData } from '@rocket-nest/remoting';
import { BrokerAddresses } from './broker-addresses';
import { PublishQueueCursor } from './publish-queue-cursor';
import { createTopicRoute } from './topic-route';

const broker = (name: string, addresses: string) =>
  `{"brokerName":"${name}","cluster":"c","brokerAddrs":{${addresses}}}`;
const queues = (name: string, read: number, write: number, perm: number) =>
  `{"brokerName":"${name}","readQueueNums":${read},"writeQueueNums":${write},"perm":${perm}}`;
const route = (brokers: string[], queueDatas: string[], more = '') =>
  createTopicRoute(
    'T',
    decodeBody(
      TopicRouteData,
      `{"brokerDatas":[${brokers}],"queueDatas":[${queueDatas}]${more},"filterServerTable":{}}`,
    ),
  );
const places = (list: readonly { brokerName: string; queueId: number }[]) =>
  list.map(({ brokerName, queueId }) => `${brokerName}${queueId}`);

describe('createTopicRoute', () => {
  it('writes to masters with write permission, reads from all with read permission', () => {
    const { publishQueues, subscribeQueues } = route(
      [broker('b', '0:"h:2"'), broker('a', '0:"h:1",1:"h:9"'), broker('s', '1:"h:3"')],
      [queues('b', 1, 2, 2), queues('a', 2, 1, 6), queues('s', 1, 1, 6), queues('r', 1, 1, 4)],
    );
    expect(places(publishQueues)).toEqual(['a0', 'b0', 'b1']);
    expect(places(subscribeQueues)).toEqual(['a0', 'a1', 'r0', 's0']);
  });

  it('writes an ordered topic to the queues that its configuration names', () => {
    const { publishQueues } = route(
      [broker('a', '0:"h:1"')],
      [queues('a', 4, 4, 6)],
      ',"orderTopicConf":"a:1;gone:2"',
    );
    expect(places(publishQueues)).toEqual(['a0', 'gone0', 'gone1']);
  });

  it('tells changed routes from equal ones, whatever their order', () => {
    const a = broker('a', '0:"h:1",1:"h:9"');
    const b = broker('b', '0:"h:2"');
    const one = route([a, b], [queues('a', 1, 1, 6), queues('b', 1, 1, 6)]);
    const same = route(
      [b, broker('a', '1:"h:9",0:"h:1"')],
      [queues('b', 1, 1, 6), queues('a', 1, 1, 6)],
    );
    expect(same.fingerprint).toBe(one.fingerprint);
    const others = [
      route([a, b], [queues('a', 1, 1, 4), queues('b', 1, 1, 6)]),
      route([a, b], [queues('a', 1, 2, 6), queues('b', 1, 1, 6)]),
      route([a], [queues('a', 1, 1, 6), queues('b', 1, 1, 6)]),
    ];
    for (const other of others) expect(other.fingerprint).not.toBe(one.fingerprint);
  });
});

describe('BrokerAddresses', () => {
  it('reads where it is told to, else from the master, else from any', () => {
    const addresses = new BrokerAddresses();
    addresses.rebuild([
      route([broker('a', '0:"h:1",2:"h:9"'), broker('s', '1:"h:3"')], [queues('a', 1, 1, 6)]),
    ]);
    expect(addresses.readable('a', 2)?.address).toBe('h:9');
    expect(addresses.readable('a', 1)).toMatchObject({ address: 'h:1', brokerId: 0 });
    expect(addresses.readable('s')).toMatchObject({ address: 'h:3', brokerId: 1 });
    expect([addresses.masterOf('s'), addresses.masterOf('a')]).toEqual([undefined, 'h:1']);
    addresses.rebuild([]);
    expect(addresses.all()).toEqual([]);
  });
});

describe('PublishQueueCursor', () => {
  const two = route(
    [broker('a', '0:"h:1"'), broker('b', '0:"h:2"')],
    [queues('a', 2, 2, 6), queues('b', 2, 2, 6)],
  );

  it('takes each queue in turn, from where it starts', () => {
    const cursor = new PublishQueueCursor(() => 3);
    const taken = Array.from({ length: 5 }, () => cursor.next(two)!);
    expect(places(taken)).toEqual(['b1', 'a0', 'a1', 'b0', 'b1']);
  });

  it('avoids a broker while there is another', () => {
    const cursor = new PublishQueueCursor(() => 0);
    const taken = Array.from({ length: 4 }, () => cursor.next(two, 'a')!);
    expect(taken.every(({ brokerName }) => brokerName === 'b')).toBe(true);
    const one = route([broker('a', '0:"h:1"')], [queues('a', 1, 1, 6)]);
    expect(cursor.next(one, 'a')?.brokerName).toBe('a');
    expect(cursor.next(route([], []))).toBeUndefined();
  });
});
