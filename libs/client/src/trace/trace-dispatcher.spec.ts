import { SilentLogger, SystemClock, type Message } from '@rocket-nest/common';
import { HastyClock } from '../testing/hasty-clock';
import { waitFor } from '../testing/wait-for';
import { TraceDispatcher } from './trace-dispatcher';
import type { TraceRecord } from './trace-record';

const record = (msgId: string, regionId = 'R'): TraceRecord => ({
  type: 'SubBefore',
  timestampMs: 1,
  regionId,
  group: 'G',
  requestId: 'Q',
  msgId,
  retryTimes: 0,
  keys: 'k',
});

describe('TraceDispatcher', () => {
  const sent: Message[] = [];
  const take = (message: Message) => Promise.resolve(sent.push(message));
  const countOf = (message: Message) => message.body.toString().split('\u0002').length - 1;
  const dispatchers: TraceDispatcher[] = [];
  const create = (send: (message: Message) => Promise<unknown>, clock = new SystemClock()) => {
    const dispatcher = new TraceDispatcher('TRACE', send, clock, new SilentLogger());
    dispatchers.push(dispatcher);
    return dispatcher;
  };

  beforeEach(() => void sent.splice(0));
  afterEach(async () => {
    await Promise.all(dispatchers.splice(0).map((dispatcher) => dispatcher.shutdown()));
  });

  it('sends 20 records in one message, found by all their keys', () => {
    const dispatcher = create(take);
    for (let index = 0; index < 45; index++) dispatcher.append(record(`m${index}`));
    expect(sent.map(countOf)).toEqual([20, 20]);
    expect(sent[0].topic).toBe('TRACE');
    expect(sent[0].properties.get('KEYS')!.split(' ').sort()).toEqual(
      ['k', ...Array.from({ length: 20 }, (_, index) => `m${index}`)].sort(),
    );
  });

  it('sends the rest after a while, and at shutdown; each region by itself', async () => {
    const hasty = create(take, new HastyClock(500));
    hasty.append(record('a'));
    await waitFor('the flush', () => sent.length === 1);
    const dispatcher = create(take);
    dispatcher.append(record('b', 'R1'));
    dispatcher.append(record('c', 'R2'));
    await dispatcher.shutdown();
    expect(sent.map(countOf)).toEqual([1, 1, 1]);
  });

  it('drops records, and counts them, when they cannot be sent as fast', () => {
    const dispatcher = create(() => new Promise(() => undefined), new HastyClock(1000));
    for (let index = 0; index < 3000; index++) dispatcher.append(record('x'));
    expect(dispatcher.discardCount).toBe(3000 - 4 * 20 - 2048);
  });

  it('goes on after a message that could not be sent', async () => {
    let calls = 0;
    const dispatcher = create(() => {
      calls++;
      return Promise.reject(new Error('as told'));
    });
    for (let index = 0; index < 100; index++) dispatcher.append(record('x'));
    await dispatcher.shutdown();
    expect(calls).toBe(5);
  });
});
