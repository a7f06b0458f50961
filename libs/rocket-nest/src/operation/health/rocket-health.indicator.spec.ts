import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { Standalone } from '@rocket-nest/standalone';
import { RocketListener } from '../../decorators/rocket-listener.decorator';
import { waitFor } from '../../listener/testing/wait-for';
import { RocketModule } from '../../rocket.module';
import { ProducerService } from '../../producer/producer.service';
import { RocketHealthIndicator, type RocketHealthResult } from './rocket-health.indicator';
import { RocketHealthModule } from './rocket-health.module';

@Injectable()
class Listener {
  release: (() => void) | undefined;

  @RocketListener({
    id: 'order',
    topic: 'order',
    consumerGroup: 'shop',
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  })
  onOrder(): Promise<void> {
    return new Promise((resolve) => {
      this.release = resolve;
    });
  }
}

describe('RocketHealthIndicator', () => {
  let standalone: Standalone;
  let app: INestApplicationContext;
  let indicator: RocketHealthIndicator;
  const health = async (
    options?: Parameters<RocketHealthIndicator['isHealthy']>[1],
  ): Promise<RocketHealthResult<'rocketmq'>['rocketmq']> =>
    (await indicator.isHealthy('rocketmq', options)).rocketmq;

  beforeAll(async () => {
    standalone = new Standalone({});
    const { namesrvAddr } = await standalone.start();
    const testing = await Test.createTestingModule({
      imports: [
        RocketModule.forRoot({
          namesrvAddr,
          ensureTopics: [{ topic: 'order', queueNums: 2 }],
          shutdownTimeoutMs: 500,
        }),
        RocketHealthModule,
        TerminusModule,
      ],
      providers: [Listener],
    }).compile();
    app = await testing.init();
    indicator = app.get(RocketHealthIndicator, { strict: false });
  });
  afterAll(async () => {
    await app.close();
    await standalone.shutdown();
  });

  it('is a result of terminus, with queues, lag and last pull of the live listeners', async () => {
    const checks = app.get(HealthCheckService, { strict: false });
    await waitFor('the queues', async () => {
      const { groups } = await health();
      return groups['shop'].assignedQueues > 2;
    });
    const { status, details } = await checks.check([() => indicator.isHealthy('rocketmq')]);
    expect(status).toBe('ok');
    expect(details['rocketmq']).toMatchObject({
      status: 'up',
      groups: {
        shop: { listeners: ['order'], paused: false, lag: 0, lastPullAgeMs: expect.any(Number) },
      },
    });
  });

  it('is down while the group is too far behind', async () => {
    const producer = app.get(ProducerService);
    const listener = app.get(Listener);
    await producer.send('order', 'x');
    await waitFor('the handler', () => listener.release !== undefined);
    expect(await health({ maxLag: 1 })).toMatchObject({
      status: 'up',
      groups: { shop: { lag: 1 } },
    });
    expect(await health({ maxLag: 0 })).toMatchObject({
      status: 'down',
      message: 'shop: 1 messages behind (maxLag 0)',
    });
    listener.release?.();
    await waitFor('the offset', async () => (await health({ maxLag: 0 })).status === 'up');
  });

  it('is down when queues are not pulled, and when the broker is away', async () => {
    const late = await health({ maxPullAgeMs: -1 });
    expect(late.message).toMatch(/^shop: a queue was not pulled for \d+ ms \(maxPullAgeMs -1\)$/);
    await standalone.shutdown();
    await waitFor('the broker to be missed', async () => (await health()).status === 'down');
    const { message, groups } = await health();
    expect(message).toMatch(/no answer from broker standalone/);
    expect(groups['shop'].lag).toBeUndefined();
    const checks = app.get(HealthCheckService, { strict: false });
    await expect(checks.check([() => indicator.isHealthy('rocketmq')])).rejects.toMatchObject({
      status: 503,
    });
  });
});
