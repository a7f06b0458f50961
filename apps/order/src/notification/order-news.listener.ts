import { Injectable } from '@nestjs/common';
import { ORDER_TOPIC, OrderMessage } from '@rocket-nest/seckill';
import { ConsumeContext, MessageBody, RocketListener, type RocketContext } from 'rocket-nest';
import { OrderNewsRoom } from './order-news';

/** Every instance hears of every order: the buyer's browser may be at any of them. */
@Injectable()
export class OrderNewsListener {
  constructor(private readonly room: OrderNewsRoom) {}

  @RocketListener({
    id: 'order-news',
    topic: ORDER_TOPIC,
    consumerGroup: 'seckill-order-news',
    messageModel: 'BROADCASTING',
  })
  onNews(@MessageBody() order: OrderMessage, @ConsumeContext() context: RocketContext): void {
    this.room.publish({ ...order, state: context.message.properties.get('TAGS') ?? '' });
  }
}
