import { Controller, Module } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { ListenerWrappers } from '../listener/listener-wrappers';
import { ProducerService } from '../producer/producer.service';
import { RocketModule } from '../rocket.module';
import { RocketTestHarness } from '../testing/rocket-test-harness';
import { RocketServer } from './rocket-server';

@Controller()
class OrderController {
  @EventPattern('order:PAID')
  onPaid(): void {
    // Recorded by the harness.
  }
}

@Module({
  imports: [RocketModule.forRoot({ namesrvAddr: 'mq.example:9876' })],
  controllers: [OrderController],
})
class AppModule {}

it('a server on the connection of the module works in the test harness', async () => {
  const harness = await RocketTestHarness.start();
  const testing = Test.createTestingModule({ imports: [AppModule, harness.module()] });
  const app = (await testing.compile()).createNestApplication();
  try {
    app.connectMicroservice({
      strategy: new RocketServer({
        producerService: app.get(ProducerService),
        listenerWrappers: app.get(ListenerWrappers),
        consumerGroup: 'shop',
      }),
    });
    await app.startAllMicroservices();
    await app.init();
    await app.get(ProducerService).send('order:PAID', { id: '42' });
    const consumed = await harness.waitFor(() => harness.consumed('order'));
    expect(consumed).toHaveLength(1);
    expect(harness.published('order')).toHaveLength(1);
  } finally {
    await app.close();
    await harness.close();
  }
});
