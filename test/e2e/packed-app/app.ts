/* What a user of the packed packages writes; copied into an empty folder by the test. */
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ProducerService, RocketListener, RocketModule } from 'rocket-nest';

let told: (text: string) => void = () => undefined;
export const received = new Promise<string>((resolve) => (told = resolve));

@Injectable()
export class PaymentService {
  constructor(readonly producer: ProducerService) {}

  @RocketListener({ topic: 'order', consumerGroup: 'payment', selectorExpression: 'PAID' })
  async onPaid(order: { id: string }): Promise<void> {
    told(order.id);
  }
}

@Module({ imports: [RocketModule.forRoot({ embedded: true })], providers: [PaymentService] })
export class AppModule {}

export async function run(): Promise<string> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
  await app.get(PaymentService).producer.send('order:PAID', { id: '43' });
  const id = await received;
  await app.close();
  return id;
}
