import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ORDER_TOPIC, orderCancelled, orderCreated, OrderMessage } from '@rocket-nest/seckill';
import { ConsumeContext, Idempotent, MessageBody, RocketListener } from 'rocket-nest';
import type { RocketContext } from 'rocket-nest';
import type { Repository } from 'typeorm';
import { PaymentState } from './payment-state';
import { Payment } from './payment.entity';

/** Opens payments for new orders and ends those of cancelled ones. */
@Injectable()
export class PaymentListeners {
  constructor(@InjectRepository(Payment) private readonly payments: Repository<Payment>) {}

  /** A cancellation may overtake the order it is about, so it leaves a closed payment behind. */
  @RocketListener({
    id: 'payment-order',
    topic: ORDER_TOPIC,
    selectorExpression: `${orderCreated.tag} || ${orderCancelled.tag}`,
    consumerGroup: 'seckill-payment-order',
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  })
  @Idempotent({ store: 'db' })
  async onOrder(
    @MessageBody() order: OrderMessage,
    @ConsumeContext() { message }: RocketContext,
  ): Promise<void> {
    const isCreated = message.properties.get('TAGS') === orderCreated.tag;
    const state = isCreated ? PaymentState.PENDING : PaymentState.CLOSED;
    await this.payments
      .createQueryBuilder()
      .insert()
      .values({ ...order, state })
      .orIgnore()
      .execute();
    if (!isCreated) await this.end(order.orderId);
  }

  /** Nobody owes anything any more, and who has paid gets it back. */
  private async end(orderId: string): Promise<void> {
    const { PENDING, CLOSED, PAID, REFUNDED } = PaymentState;
    await this.payments.update({ orderId, state: PENDING }, { state: CLOSED });
    await this.payments.update({ orderId, state: PAID }, { state: REFUNDED });
  }
}
