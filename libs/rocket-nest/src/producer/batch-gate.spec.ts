import type { SendResult } from '@rocket-nest/client';
import { createMessage, type Message } from '@rocket-nest/common';
import { BatchGate } from './batch-gate';
import { SendWrappers, type SendInvoke } from './send-wrappers';

const messages = ['a', 'b', 'c'].map((body) => createMessage({ topic: 'T', body }));
const call = { kind: 'batch' } as const;

const stored = (sent: readonly Message[]): SendResult => ({
  sendStatus: 'SEND_OK',
  msgId: sent.map(({ body }) => `id-${body.toString()}`).join(','),
  offsetMsgId: sent.map(({ body }) => `offset-${body.toString()}`).join(','),
  messageQueue: { topic: 'T', brokerName: 'b', queueId: 1 },
  queueOffset: 10,
  transactionId: undefined,
  recallHandle: undefined,
  regionId: undefined,
  traceOn: true,
});

describe('BatchGate', () => {
  let sent: string[][];
  const together = (batch: readonly Message[]): Promise<SendResult> => {
    sent.push(batch.map(({ body }) => body.toString()));
    return Promise.resolve(stored(batch));
  };
  beforeEach(() => {
    sent = [];
  });

  it('sends all messages at once, in their order, however long a wrapper takes for each', async () => {
    const seen = new Map<string, SendResult>();
    const wrappers = new SendWrappers();
    wrappers.add({
      wrap: (next) => async (message, how) => {
        if (message.body.toString() === 'a') await new Promise((resolve) => setImmediate(resolve));
        const result = await next(message, how);
        seen.set(message.body.toString(), result);
        return result;
      },
    });
    const gate = new BatchGate(messages, together);
    const result = await gate.send((send) => wrappers.around(send), call);
    expect(sent).toEqual([['a', 'b', 'c']]);
    expect(result.msgId).toBe('id-a,id-b,id-c');
    expect(seen.get('c')).toMatchObject({
      msgId: 'id-c',
      offsetMsgId: 'offset-c',
      queueOffset: 12,
    });
  });

  it('sends nothing when a wrapper throws, and tells every wrapper', async () => {
    const told: string[] = [];
    const around =
      (send: SendInvoke): SendInvoke =>
      async (message, how) => {
        if (message.body.toString() === 'b') throw new Error('not this one');
        return send(message, how).catch((error: Error) => {
          told.push(error.message);
          throw error;
        });
      };
    await expect(new BatchGate(messages, together).send(around, call)).rejects.toThrow('not this');
    expect(sent).toEqual([]);
    expect(told).toEqual(['not this one', 'not this one']);
  });

  it('leaves out a message that a wrapper does not send', async () => {
    const results: number[] = [];
    const around =
      (send: SendInvoke): SendInvoke =>
      async (message, how) => {
        if (message.body.toString() === 'b') return stored([message]);
        const result = await send(message, how);
        results.push(result.queueOffset);
        return result;
      };
    await new BatchGate(messages, together).send(around, call);
    expect(sent).toEqual([['a', 'c']]);
    expect(results).toEqual([10, 11]);
  });

  it('does not wait for the messages of an empty batch', async () => {
    await new BatchGate([], together).send((send) => send, call);
    expect(sent).toEqual([[]]);
  });

  it('rejects with what the broker said', async () => {
    const gate = new BatchGate(messages, () => Promise.reject(new Error('full')));
    await expect(gate.send((send) => send, call)).rejects.toThrow('full');
  });
});
