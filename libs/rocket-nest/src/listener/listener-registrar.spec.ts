import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import { ProducerService } from '../producer/producer.service';
import { ListenerRegistrar } from './listener-registrar';
import { RecordedLog, startListeningApp } from './testing/listening-app';
import { waitFor } from './testing/wait-for';

@Injectable()
class Listeners {
  readonly seen: string[] = [];
  running = 0;
  most = 0;

  @RocketListener({ id: 'alone', topic: 'alone', consumerGroup: 'alone' })
  alone(text: string): void {
    this.seen.push(`alone ${text}`);
  }

  @RocketListener({
    id: 'ordered',
    topic: 'ordered',
    consumerGroup: 'ordered',
    consumeMode: 'ORDERLY',
  })
  ordered(text: string): void {
    this.seen.push(`ordered ${text}`);
  }

  @RocketListener({ id: 'left', topic: 'left', consumerGroup: 'merged' })
  left(text: string): void {
    this.seen.push(`left ${text}`);
  }

  @RocketListener({ id: 'right', topic: 'right', consumerGroup: 'merged' })
  right(text: string): void {
    this.seen.push(`right ${text}`);
  }

  @RocketListener({ id: 'narrow', topic: 'narrow', consumerGroup: 'merged', concurrency: 2 })
  async narrow(): Promise<void> {
    this.most = Math.max(this.most, ++this.running);
    await new Promise((resolve) => setImmediate(resolve));
    this.running--;
    this.seen.push('narrow');
  }

  @RocketListener({ id: 'later', topic: 'later', consumerGroup: 'later', autoStart: false })
  later(text: string): void {
    this.seen.push(`later ${text}`);
  }
}

describe('ListenerRegistrar', () => {
  const log = new RecordedLog();
  let app: INestApplicationContext;
  let producer: ProducerService;
  let registrar: ListenerRegistrar;
  let seen: string[];

  beforeAll(async () => {
    const listeners = { misspelt: { concurrency: 1 } };
    app = await startListeningApp({ providers: [Listeners] }, { listeners }, log);
    producer = app.get(ProducerService);
    registrar = app.get(ListenerRegistrar);
    seen = app.get(Listeners).seen;
  });
  afterAll(async () => {
    await app?.close();
  });

  const sendAndWait = async (topic: string, text: string): Promise<void> => {
    await producer.send(topic, text, { shardingKey: 'one' });
    await waitFor(`${topic} ${text}`, () => seen.includes(`${topic} ${text}`));
  };
  const stateOf = (id: string) => registrar.listeners().find((state) => state.id === id)?.state;

  it.each(['alone', 'ordered'])(
    '%s gets nothing while it is paused, and all after it',
    async (id) => {
      await sendAndWait(id, 'before');
      registrar.pause(id);
      expect(stateOf(id)).toBe('paused');
      for (const text of ['1', '2', '3']) await producer.send(id, text, { shardingKey: 'one' });
      // A listener of another group shows that messages do arrive meanwhile.
      await sendAndWait('left', `while ${id} waits`);
      expect(seen.filter((line) => line.startsWith(id))).toEqual([`${id} before`]);
      registrar.resume(id);
      await waitFor('the rest', () => seen.includes(`${id} 3`));
      expect(stateOf(id)).toBe('running');
    },
  );

  it('pauses one listener of a merged group alone', async () => {
    await sendAndWait('right', 'before');
    registrar.pause('right');
    await producer.send('right', 'held');
    await sendAndWait('left', 'goes on');
    expect(seen).not.toContain('right held');
    registrar.resume('right');
    await waitFor('what was held', () => seen.includes('right held'));
  });

  it('a listener without autoStart waits for start, and gets what came before', async () => {
    expect(stateOf('later')).toBe('stopped');
    await producer.send('later', 'early');
    await registrar.start('later');
    await waitFor('the message', () => seen.includes('later early'));
  });

  it('stops and starts a listener, alone in its group or not', async () => {
    for (const id of ['alone', 'right']) {
      await registrar.stop(id);
      expect(stateOf(id)).toBe('stopped');
      await producer.send(id, 'while stopped');
      await sendAndWait('left', `while ${id} is stopped`);
      expect(seen).not.toContain(`${id} while stopped`);
      await registrar.start(id);
      await waitFor('the message', () => seen.includes(`${id} while stopped`));
    }
  });

  it('runs no more calls of a listener than its concurrency, within a merged group too', async () => {
    const payloads = Array.from({ length: 40 }, (_, index) => `n${index}`);
    await Promise.all(payloads.map((payload) => producer.send('narrow', payload)));
    await waitFor('all', () => seen.filter((line) => line === 'narrow').length === 40);
    expect(app.get(Listeners).most).toBeLessThanOrEqual(2);
  });

  it('tells which queues a listener has, and each group', async () => {
    await sendAndWait('alone', 'for a queue');
    const alone = registrar.listeners().find((state) => state.id === 'alone');
    expect(alone?.queues.some(({ messageQueue }) => messageQueue.topic === 'alone')).toBe(true);
    expect(registrar.statuses()).toContainEqual(
      expect.objectContaining({
        consumerGroup: 'merged',
        listenerIds: ['left', 'right', 'narrow'],
        paused: false,
      }),
    );
  });

  it('starts nothing more once the application ends', async () => {
    const other = await startListeningApp({ providers: [Listeners] });
    await other.close();
    await expect(other.get(ListenerRegistrar).start('later')).rejects.toThrow(/application ends/);
  });

  it('names the ids that exist for one that does not', async () => {
    expect(() => registrar.pause('nobody')).toThrow(/'nobody'; those are alone, ordered/);
    expect(log.has(/'listeners\.misspelt' names no listener/)).toBe(true);
  });
});
