import { SilentLogger, createTopicConfig } from '@rocket-nest/common';
import { ManualClock } from '../testing/manual-clock';
import { NameServerRegistrar } from './name-server-registrar';

const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe('NameServerRegistrar', () => {
  let clock: ManualClock;
  let sent: string[];
  let pending: { resolve: () => void; reject: (error: Error) => void }[];
  let registrar: NameServerRegistrar;

  beforeEach(() => {
    clock = new ManualClock();
    sent = [];
    pending = [];
    const send = (what: string) =>
      new Promise<void>((resolve, reject) => {
        sent.push(what);
        pending.push({ resolve, reject });
      });
    registrar = new NameServerRegistrar('ns:9876', {
      clock,
      logger: new SilentLogger(),
      registerAll: () => send('all'),
      registerTopics: (_address, topics) => send(topics.map((topic) => topic.topicName).join(',')),
    });
  });

  const answer = async (): Promise<void> => {
    pending.shift()!.resolve();
    await settle();
  };
  const fail = async (): Promise<void> => {
    pending.shift()!.reject(new Error('down'));
    await settle();
  };
  const topic = createTopicConfig;

  it('sends one request at a time and gathers what changes meanwhile', async () => {
    registrar.registerTopics([topic('A')]);
    registrar.registerTopics([topic('B')]);
    registrar.registerTopics([topic('C'), topic('B')]);
    expect(sent).toEqual(['A']);
    await answer();
    expect(sent).toEqual(['A', 'B,C']);
    await answer();
    expect(pending).toEqual([]);
  });

  it('sends everything again after a failure, so that no change is missed', async () => {
    registrar.registerTopics([topic('A')]);
    await fail();
    expect(sent).toEqual(['A']);
    clock.advance(1000);
    expect(sent).toEqual(['A', 'all']);
    await fail();
    clock.advance(1000);
    expect(sent).toEqual(['A', 'all', 'all']);
    await answer();
    clock.advance(60_000);
    expect(sent).toHaveLength(3);
  });

  it('does not wait for the retry when there is news', async () => {
    registrar.registerAll();
    await fail();
    registrar.registerAll();
    expect(sent).toEqual(['all', 'all']);
    await answer();
    clock.advance(60_000);
    expect(sent).toHaveLength(2);
  });

  it('registers again soon after its connection closed', async () => {
    registrar.registerAll();
    await answer();
    registrar.onConnectionClosed();
    clock.advance(100);
    expect(sent).toEqual(['all', 'all']);
  });

  it('sends nothing after it was stopped', async () => {
    registrar.registerAll();
    registrar.stop();
    await fail();
    registrar.registerAll();
    clock.advance(60_000);
    expect(sent).toEqual(['all']);
  });
});
