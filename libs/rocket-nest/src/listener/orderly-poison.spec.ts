import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import { RejectToDlq } from '../errors/reject-to-dlq';
import { ProducerService } from '../producer/producer.service';
import type { RocketListenerOptions } from '../decorators/rocket-listener-options';
import type { RocketContext } from './rocket-context';
import { RecordedLog, startListeningApp } from './testing/listening-app';
import { waitFor } from './testing/wait-for';

const ORDERLY: Pick<RocketListenerOptions, 'consumeMode' | 'suspendCurrentQueueTimeMs'> = {
  consumeMode: 'ORDERLY',
  suspendCurrentQueueTimeMs: 10,
};

@Injectable()
class PoisonListener {
  readonly seen: Record<string, string[]> = { dead: [], skip: [], wait: [], reject: [] };
  readonly deadLetters: string[] = [];

  @RocketListener({ ...ORDERLY, topic: 'dead', consumerGroup: 'dead', maxReconsumeTimes: 2 })
  onDead(text: string, context: RocketContext): void {
    this.take('dead', text, context);
  }

  @RocketListener({
    ...ORDERLY,
    topic: 'skip',
    consumerGroup: 'skip',
    poisonPolicy: 'SKIP',
    maxReconsumeTimes: 1,
  })
  onSkip(text: string, context: RocketContext): void {
    this.take('skip', text, context);
  }

  @RocketListener({ ...ORDERLY, topic: 'wait', consumerGroup: 'wait' })
  onWait(text: string, context: RocketContext): void {
    if (context.reconsumeTimes < 20) this.take('wait', text, context);
    else this.seen['wait'].push(`${text}/done`);
  }

  @RocketListener({ ...ORDERLY, topic: 'reject', consumerGroup: 'reject' })
  onReject(text: string): void {
    this.seen['reject'].push(text);
    if (text === 'poison') throw new RejectToDlq('poison');
  }

  @RocketListener({ id: 'dlq-of-dead', dlq: true, consumerGroup: 'dead' })
  @RocketListener({ id: 'dlq-of-reject', dlq: true, consumerGroup: 'reject' })
  onDeadLetter(text: string, context: RocketContext): void {
    this.deadLetters.push(`${context.listenerId} ${text}`);
  }

  private take(kind: string, text: string, context: RocketContext): void {
    this.seen[kind].push(`${text}/${context.reconsumeTimes}`);
    if (text === 'poison') throw new Error('poison');
  }
}

describe('poison messages of orderly listeners', () => {
  const log = new RecordedLog();
  let app: INestApplicationContext;
  let listener: PoisonListener;

  beforeAll(async () => {
    app = await startListeningApp({ providers: [PoisonListener] }, {}, log);
    listener = app.get(PoisonListener);
    const producer = app.get(ProducerService);
    for (const topic of Object.keys(listener.seen)) {
      for (const text of ['first', 'poison', 'last']) {
        await producer.send(topic, text, { shardingKey: 'one' });
      }
    }
  });
  afterAll(async () => {
    await app?.close();
  });

  it('go to the dead letters after the last try, and the queue goes on', async () => {
    await waitFor('the last', () => listener.seen['dead'].includes('last/0'));
    expect(listener.seen['dead']).toEqual([
      'first/0',
      'poison/0',
      'poison/1',
      'poison/2',
      'last/0',
    ]);
    await waitFor('the letter', () => listener.deadLetters.includes('dlq-of-dead poison'));
  });

  it('are skipped with poisonPolicy SKIP, and the log says so', async () => {
    await waitFor('the last', () => listener.seen['skip'].includes('last/0'));
    expect(listener.seen['skip']).toEqual(['first/0', 'poison/0', 'poison/1', 'last/0']);
    expect(log.has(/group skip, topic skip.*is skipped/)).toBe(true);
  });

  it('hold the queue until they succeed when nothing else is said', async () => {
    await waitFor('the last', () => listener.seen['wait'].includes('last/0'));
    expect(listener.seen['wait'].at(-2)).toBe('poison/done');
  });

  it('go to the dead letters at once when the listener rejects them', async () => {
    await waitFor('the last', () => listener.seen['reject'].includes('last'));
    expect(listener.seen['reject']).toEqual(['first', 'poison', 'last']);
    await waitFor('the letter', () => listener.deadLetters.includes('dlq-of-reject poison'));
  });
});
