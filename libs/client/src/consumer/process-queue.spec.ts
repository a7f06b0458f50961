import type { MessageExt } from '@rocket-nest/common';
import { ProcessQueue } from './process-queue';

const message = (queueOffset: number, bytes = 10): MessageExt =>
  ({ queueOffset, body: Buffer.alloc(bytes) }) as MessageExt;
const messages = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => message(from + index));
const queue = () => new ProcessQueue({ topic: 'T', brokerName: 'b', queueId: 0 }, 0);

describe('ProcessQueue', () => {
  it('commits up to the first unfinished message, whatever the order of finishing', () => {
    const pq = queue();
    const [a, b, c] = pq.putMessages(messages(5, 3));
    expect(pq.removeMessages([c])).toBe(5);
    expect(pq.removeMessages([a])).toBe(6);
    expect(pq.removeMessages([b])).toBe(8);
    expect(pq.removeMessages([b])).toBe(-1);
    expect([pq.messageCount, pq.sizeBytes, pq.maxSpan]).toEqual([0, 0, 0]);
  });

  it('keeps counts right over gaps, repeated pulls and repeated results', () => {
    const pq = queue();
    const first = pq.putMessages([message(1), message(7), message(9)]);
    expect(pq.putMessages([message(7), message(9), message(10)])).toHaveLength(1);
    expect([pq.messageCount, pq.sizeBytes, pq.maxSpan]).toEqual([4, 40, 9]);
    expect(pq.removeMessages(first)).toBe(10);
    pq.putMessages([message(11)]);
    expect(pq.removeMessages(first)).toBe(10);
    expect(pq.messageCount).toBe(2);
  });

  it('gives an orderly listener the same messages again after a rollback', () => {
    const pq = queue();
    pq.putMessages(messages(0, 5));
    const offsets = (max: number) => pq.takeMessages(max).map((entry) => entry.message.queueOffset);
    expect(offsets(2)).toEqual([0, 1]);
    pq.rollbackTaken();
    expect(offsets(3)).toEqual([0, 1, 2]);
    expect(pq.commitTaken()).toBe(3);
    expect(offsets(9)).toEqual([3, 4]);
    expect(pq.commitTaken()).toBe(5);
    expect(pq.commitTaken()).toBe(-1);
  });

  it('stays right while old entries are cut away', () => {
    const pq = queue();
    for (let round = 0; round < 50; round++) {
      pq.putMessages(messages(round * 40, 40));
      pq.takeMessages(30);
      expect(pq.commitTaken()).toBe((round + 1) * 30);
    }
    expect(pq.messageCount).toBe(500);
    expect(pq.takeMessages(1)[0].message.queueOffset).toBe(1500);
  });

  it('commits and puts back parts of what was taken', () => {
    const pq = queue();
    pq.putMessages(messages(0, 6));
    pq.takeMessages(2);
    pq.takeMessages(3);
    pq.rollbackTaken(3);
    expect(pq.commitTaken(1)).toBe(1);
    expect(pq.takeMessages(9).map((entry) => entry.message.queueOffset)).toEqual([2, 3, 4, 5]);
    expect(pq.commitTaken()).toBe(6);
    expect(pq.hasUntaken).toBe(false);
  });

  it('tells when messages were finished', () => {
    const pq = queue();
    const counts: number[] = [];
    pq.onProgress = () => counts.push(pq.messageCount);
    const added = pq.putMessages(messages(0, 3));
    pq.removeMessages(added.slice(1));
    pq.removeMessages(added);
    expect(counts).toEqual([1, 0]);
  });
});
