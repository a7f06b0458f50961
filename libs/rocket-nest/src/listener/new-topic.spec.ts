import { Injectable } from '@nestjs/common';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import { ProducerService } from '../producer/producer.service';
import { startListeningApp } from './testing/listening-app';
import { waitFor } from './testing/wait-for';

@Injectable()
class NewTopicListener {
  readonly seen = new Set<number>();

  @RocketListener({ topic: 'new-topic', consumerGroup: 'new-group' })
  on(value: number): void {
    this.seen.add(value);
  }
}

describe('a listener of a topic that is made by the first message', () => {
  it('gets all messages that were sent after it had started', async () => {
    const app = await startListeningApp(
      { providers: [NewTopicListener] },
      { embedded: true, client: {}, defaults: {} },
    );
    try {
      const { seen } = app.get(NewTopicListener);
      const producer = app.get(ProducerService);
      for (let value = 0; value < 40; value++) {
        await producer.send('new-topic', value);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await waitFor('all of them', () => seen.size === 40, 10_000).catch(() => undefined);
      expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    } finally {
      await app.close();
    }
  });
});
