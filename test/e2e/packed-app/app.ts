/* What a user of the packed packages writes; copied into an empty folder by the test. */
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessageBody, ProducerService, RocketListener, RocketModule } from 'rocket-nest';

let told: (text: string) => void = () => undefined;
export const received = new Promise<string>((resolve) => (told = resolve));

export class Order {
  id!: string;
}

@Injectable()
export class PaymentService {
  fails = 0;

  constructor(readonly producer: ProducerService) {}

  @RocketListener({
    id: 'paid',
    topic: 'order',
    consumerGroup: 'payment',
    selectorExpression: 'PAID',
  })
  async onPaid(@MessageBody() order: Order): Promise<void> {
    if (this.fails-- > 0) throw new Error('not yet');
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
