/* Compiled, not run: the types that a user relies on are there in both module systems. */
import { Injectable } from '@nestjs/common';
import {
  defineTopic,
  InjectProducer,
  ProducerService,
  RocketContext,
  RocketListener,
  type RocketModuleOptions,
} from 'rocket-nest';
import { RocketTestHarness, type PublishedMessage } from 'rocket-nest/testing';

interface Paid {
  id: string;
}

export const paid = defineTopic<Paid>({ topic: 'order', tag: 'PAID' });

export const options: RocketModuleOptions = { namesrvAddr: 'localhost:9876' };

// @ts-expect-error -- no such option
export const wrong: RocketModuleOptions = { namesrvAdr: 'localhost:9876' };

@Injectable()
export class TypedService {
  constructor(@InjectProducer('eu') readonly producer: ProducerService) {}

  @RocketListener({ topic: paid, consumerGroup: 'typed' })
  onPaid(order: Paid, context: RocketContext): string {
    return order.id + context.messageId;
  }

  async send(): Promise<string> {
    // @ts-expect-error -- an id is a text
    await this.producer.send(paid, { id: 1 });
    const { msgId } = await this.producer.send(paid, { id: '1' });
    return msgId;
  }
}

export async function publishedIn(harness: RocketTestHarness): Promise<PublishedMessage> {
  const [first] = await harness.waitFor(() => harness.published('order'));
  return first;
}
