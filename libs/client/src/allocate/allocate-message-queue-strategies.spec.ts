import type { AllocateMessageQueueStrategy } from './allocate-message-queue-strategy';
import { AllocateMessageQueueAveragely } from './allocate-message-queue-averagely';
import { AllocateMessageQueueAveragelyByCircle } from './allocate-message-queue-averagely-by-circle';

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

const queuesOf = (count: number) =>
  Array.from({ length: count }, (_, queueId) => ({ topic: 'T', brokerName: 'b', queueId }));

describe('allocation strategies', () => {
  it.each(recorded)('%#: shares queues as the Java client does', (strategy, queues, shares) => {
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
  });

  it.each([new AllocateMessageQueueAveragely(), new AllocateMessageQueueAveragelyByCircle()])(
    '$name gives every queue to exactly one member and nothing to a stranger',
    (strategy) => {
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
    },
  );
});
