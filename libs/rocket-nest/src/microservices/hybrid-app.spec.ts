import { Controller, Module, ParseIntPipe, type INestApplication } from '@nestjs/common';
import {
  ClientsModule,
  EventPattern,
  MessagePattern,
  Payload,
  type ClientProxy,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { RejectToDlq } from '../errors/reject-to-dlq';
import { ListenerWrappers } from '../listener/listener-wrappers';
import { waitFor } from '../listener/testing/wait-for';
import { ProducerService } from '../producer/producer.service';
import { RocketModule } from '../rocket.module';
import { RocketClient } from './rocket-client';
import { RocketExceptionFilter } from './rocket-exception.filter';
import { RocketServer } from './rocket-server';
import { ROCKETMQ } from './rocketmq-transport';

const CLIENT = Symbol('CLIENT');
const steps: string[] = [];

@Controller()
class StepController {
  private ends: (() => void)[] = [];

  @EventPattern('steps', ROCKETMQ)
  onStep(@Payload() step: string): void {
    steps.push(step);
  }

  @EventPattern('slow', ROCKETMQ)
  async onSlow(): Promise<void> {
    steps.push('begun');
    await new Promise<void>((resolve) => this.ends.push(resolve));
    steps.push('ended');
  }

  @EventPattern('rejected', ROCKETMQ)
  onRejected(): never {
    steps.push('tried');
    throw new RejectToDlq('never');
  }

  @EventPattern('invalid', ROCKETMQ)
  onInvalid(@Payload(ParseIntPipe) _number: number): void {
    steps.push('not reached');
  }

  @EventPattern('%DLQ%hybrid', ROCKETMQ)
  onDead(@Payload() body: string): void {
    steps.push(`dead ${body}`);
  }

  @MessagePattern('strict', ROCKETMQ)
  strict(@Payload(ParseIntPipe) value: number): number {
    return value;
  }

  @MessagePattern('echo', ROCKETMQ)
  echo(@Payload() text: string): string {
    return text;
  }

  end(): void {
    for (const each of this.ends) each();
  }
}

@Module({
  imports: [
    RocketModule.forRoot({ embedded: true }),
    ClientsModule.registerAsync({
      clients: [
        {
          name: CLIENT,
          inject: [ProducerService],
          useFactory: (producerService: ProducerService) => ({
            customClass: RocketClient,
            options: { producerService, timeoutMs: 10_000 },
          }),
        },
      ],
    }),
  ],
  controllers: [StepController],
})
class HybridModule {}

describe('a server and a client on the connection of the module', () => {
  let app: INestApplication;
  let client: ClientProxy;
  const wrapped: string[] = [];

  beforeEach(async () => {
    steps.splice(0);
    app = (
      await Test.createTestingModule({ imports: [HybridModule] }).compile()
    ).createNestApplication();
    const listenerWrappers = app.get(ListenerWrappers);
    app.useGlobalFilters(new RocketExceptionFilter());
    app.connectMicroservice(
      {
        strategy: new RocketServer({
          producerService: app.get(ProducerService),
          listenerWrappers,
          consumerGroup: 'hybrid',
          consumeMode: 'ORDERLY',
          maxReconsumeTimes: 3,
          consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
          ensureTopics: 1,
        }),
      },
      { inheritAppConfig: true },
    );
    await app.startAllMicroservices();
    await app.init();
    listenerWrappers.add({
      wrap: (listener, next) => (message, context) => {
        wrapped.push(`${listener.id} ${context.consumerGroup}`);
        return next(message, context);
      },
    });
    client = app.get<ClientProxy>(CLIENT);
  });

  it('keeps the order of a queue, and stands within the wrappers of listeners', async () => {
    for (let step = 0; step < 10; step++) await lastValueFrom(client.emit('steps', `${step}`));
    await waitFor('all steps', () => steps.length === 10);
    expect(steps).toEqual(Array.from({ length: 10 }, (_, step) => `${step}`));
    expect(wrapped).toContain('steps hybrid');
    expect(await firstValueFrom(client.send('echo', 'hello'))).toBe('hello');
    await app.close();
  });

  it('takes a rejected or invalid event to the dead letters at once, by its filter', async () => {
    await lastValueFrom(client.emit('rejected', 'r'));
    await lastValueFrom(client.emit('invalid', 'i'));
    await waitFor('both', () => steps.includes('dead r') && steps.includes('dead i'));
    expect(steps.sort()).toEqual(['dead i', 'dead r', 'tried']);
    await expect(firstValueFrom(client.send('strict', 'x'))).rejects.toMatchObject({
      message: expect.stringMatching(/numeric string is expected/),
    });
    await app.close();
  });

  it('waits for a running handler when the application is closed', async () => {
    await lastValueFrom(client.emit('slow', 'x'));
    await waitFor('the handler', () => steps.includes('begun'));
    const closed = app.close();
    setImmediate(() => app.get(StepController).end());
    await closed;
    expect(steps).toEqual(['begun', 'ended']);
  });
});
