import type { AllocateMessageQueueStrategy } from './allocate-message-queue-strategy';
import { AllocateMessageQueueAveragely } from './allocate-message-queue-averagely';
import { AllocateMachineRoomNearby } from './allocate-machine-room-nearby';
import { AllocateMessageQueueAveragelyByCircle } from './allocate-message-queue-averagely-by-circle';
import { AllocateMessageQueueByConfig } from './allocate-message-queue-by-config';
import { AllocateMessageQueueByMachineRoom } from './allocate-message-queue-by-machine-room';
import { AllocateMessageQueueConsistentHash } from './allocate-message-queue-consistent-hash';

/** Shares computed by the Java client 5.5.0: queue ids of c0, c1, ... */
const recorded: [AllocateMessageQueueStrategy, number, number[][]][] = [
  [
    new AllocateMessageQueueAveragely(),
    8,
    [
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
    ],
  ],
  [new AllocateMessageQueueAveragely(), 4, [[0], [1], [2], [3], [], []]],
  [
    new AllocateMessageQueueAveragely(),
    5,
    [
      [0, 1, 2],
      [3, 4],
    ],
  ],
  [
    new AllocateMessageQueueAveragelyByCircle(),
    8,
    [
      [0, 3, 6],
      [1, 4, 7],
      [2, 5],
    ],
  ],
  [new AllocateMessageQueueAveragelyByCircle(), 4, [[0], [1], [2], [3], [], []]],
  [
    new AllocateMessageQueueAveragelyByCircle(),
    5,
    [
      [0, 2, 4],
      [1, 3],
    ],
  ],
];

const consistent = new AllocateMessageQueueConsistentHash();
recorded.push(
  [
    consistent,
    8,
    [
      [0, 1, 5, 6],
      [3, 4],
      [2, 7],
    ],
  ],
  [consistent, 4, [[0], [], [], [3], [2], [1]]],
  [
    consistent,
    5,
    [
      [0, 1],
      [2, 3, 4],
    ],
  ],
);

const queuesOf = (count: number) =>
  Array.from({ length: count }, (_, queueId) => ({ topic: 'T', brokerName: 'broker-a', queueId }));

describe('allocation strategies', () => {
  it.each(recorded)(
    '$0.name (%#) shares queues as the Java client does',
    (strategy, queues, shares) => {
      const clientIds = shares.map((_, index) => `c${index}`);
      const got = clientIds.map((currentClientId) =>
        strategy
          .allocate({
            consumerGroup: 'G',
            currentClientId,
            messageQueues: queuesOf(queues),
            clientIds,
          })
          .map((queue) => queue.queueId),
      );
      expect(got).toEqual(shares);
    },
  );

  it.each([
    new AllocateMessageQueueAveragely(),
    new AllocateMessageQueueAveragelyByCircle(),
    consistent,
    new AllocateMachineRoomNearby(new AllocateMessageQueueAveragely(), {
      brokerDeployIn: ({ queueId }) => `room${queueId % 3}`,
      consumerDeployIn: (id) => `room${Number(id.slice(1)) % 2}`,
    }),
  ])('$name gives every queue to exactly one member and nothing to a stranger', (strategy) => {
    for (let queues = 0; queues <= 17; queues++) {
      for (let members = 1; members <= 9; members++) {
        const clientIds = Array.from({ length: members }, (_, index) => `c${index}`);
        const request = { consumerGroup: 'G', messageQueues: queuesOf(queues), clientIds };
        const all = clientIds.flatMap((currentClientId) =>
          strategy.allocate({ ...request, currentClientId }).map((queue) => queue.queueId),
        );
        expect(all.sort((a, b) => a - b)).toEqual(queuesOf(queues).map((queue) => queue.queueId));
        expect(strategy.allocate({ ...request, currentClientId: 'stranger' })).toEqual([]);
      }
    }
  });
});

/** Three queues on each of these brokers, sorted, as every member sees them. */
const brokers = ['plain', 'r1@a', 'r1@b', 'r2@a', 'r3@a'];
const roomQueues = brokers.flatMap((brokerName) =>
  [0, 1, 2].map((queueId) => ({ topic: 'T', brokerName, queueId })),
);
const resolver = {
  brokerDeployIn: ({ brokerName }: { brokerName: string }) => brokerName.split('@')[0],
  consumerDeployIn: (clientId: string) => clientId.split('-')[0],
};
const machineRoom = new AllocateMessageQueueByMachineRoom(['r1', 'r3']);
const nearby = new AllocateMachineRoomNearby(new AllocateMessageQueueAveragely(), resolver);
const nearbyByCircle = new AllocateMachineRoomNearby(
  new AllocateMessageQueueAveragelyByCircle(),
  resolver,
);

/** Computed by the Java client 5.5.0; queues as `broker:ids`, in the order of its answer. */
const recordedRooms: [string, AllocateMessageQueueStrategy, Record<string, string>][] = [
  ['MACHINE_ROOM', machineRoom, { 'r1-c0': 'r1@a:012 r1@b:012 r3@a:012' }],
  ['MACHINE_ROOM', machineRoom, { 'r1-c0': 'r1@a:012 r1@b:0 r3@a:2', 'r2-c1': 'r1@b:12 r3@a:01' }],
  [
    'MACHINE_ROOM',
    machineRoom,
    {
      'r1-c0': 'r1@a:0 r1@b:2',
      'r2-c1': 'r1@a:1 r3@a:0',
      'r3-c2': 'r1@a:2 r3@a:1',
      'r4-c3': 'r1@b:0 r3@a:2',
      'r5-c4': 'r1@b:1',
    },
  ],
  [
    'MACHINE_ROOM_NEARBY-AVG',
    nearby,
    { 'r1-c0': 'r1@a:012 r1@b:012 plain:01 r3@a:01', 'r2-c1': 'r2@a:012 plain:2 r3@a:2' },
  ],
  [
    'MACHINE_ROOM_NEARBY-AVG',
    nearby,
    {
      'r1-c0': 'r1@a:012 plain:0',
      'r1-c4': 'r1@b:012 plain:1',
      'r2-c1': 'r2@a:012 plain:2',
      'r3-c2': 'r3@a:012',
      'r4-c3': '',
    },
  ],
  [
    'MACHINE_ROOM_NEARBY-AVG_BY_CIRCLE',
    nearbyByCircle,
    {
      'r1-c0': 'r1@a:02 r1@b:1 plain:0',
      'r1-c4': 'r1@a:1 r1@b:02 plain:1',
      'r2-c1': 'r2@a:012 plain:2',
      'r3-c2': 'r3@a:012',
      'r4-c3': '',
    },
  ],
  [
    'CONSISTENT_HASH',
    new AllocateMessageQueueConsistentHash(3),
    {
      'r1-c0': 'r3@a:1',
      'r2-c1': 'plain:02 r1@a:2 r2@a:01 r3@a:0',
      'r3-c2': 'plain:1 r1@a:01 r1@b:012 r2@a:2 r3@a:2',
    },
  ],
  [
    'CONSISTENT_HASH',
    consistent,
    {
      'r1-c0': '',
      'r1-c4': 'r2@a:2',
      'r2-c1': 'plain:0 r1@a:2 r2@a:01 r3@a:1',
      'r3-c2': 'r1@a:1 r3@a:2',
      'r4-c3': 'plain:12 r1@a:0 r1@b:012 r3@a:0',
    },
  ],
];

describe('allocation strategies by place', () => {
  it.each(recordedRooms)(
    '%s (%#) shares queues as the Java client does',
    (name, strategy, shares) => {
      const clientIds = Object.keys(shares);
      const got = clientIds.map((currentClientId) => {
        const ids = new Map<string, string>();
        for (const { brokerName, queueId } of strategy.allocate({
          consumerGroup: 'G',
          currentClientId,
          messageQueues: roomQueues,
          clientIds,
        })) {
          ids.set(brokerName, (ids.get(brokerName) ?? '') + queueId);
        }
        return [currentClientId, [...ids].map(([broker, of]) => `${broker}:${of}`).join(' ')];
      });
      expect(strategy.name).toBe(name);
      expect(Object.fromEntries(got)).toEqual(shares);
    },
  );

  it('gives the configured queues whatever there is', () => {
    const [first, second] = queuesOf(2);
    const strategy = new AllocateMessageQueueByConfig([second, first]);
    expect(strategy.name).toBe('CONFIG');
    expect(strategy.allocate()).toEqual([second, first]);
  });

  it('gives nothing of other rooms, and nothing to strangers', () => {
    const request = { consumerGroup: 'G', messageQueues: roomQueues, clientIds: ['r1-c0'] };
    const far = new AllocateMessageQueueByMachineRoom(['r9']);
    expect(far.allocate({ ...request, currentClientId: 'r1-c0' })).toEqual([]);
    expect(machineRoom.allocate({ ...request, currentClientId: 'stranger' })).toEqual([]);
  });

  it('refuses a resolver that knows no room', () => {
    const lost = new AllocateMachineRoomNearby(consistent, {
      ...resolver,
      consumerDeployIn: () => '',
    });
    const request = { consumerGroup: 'G', messageQueues: roomQueues, clientIds: ['c'] };
    expect(() => lost.allocate({ ...request, currentClientId: 'c' })).toThrow(
      expect.objectContaining({ code: 'OPTION_ILLEGAL' }),
    );
  });
});
