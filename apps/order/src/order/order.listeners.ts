import { Injectable } from '@nestjs/common';
import {
  orderCancelled,
  OrderMessage,
  OrderReminder,
  orderTimeout,
  PaymentPaid,
  paymentPaid,
} from '@rocket-nest/seckill';
import { Idempotent, MessageBody, RocketListener } from 'rocket-nest';
import { GateKeeper } from '../gate/gate-keeper';
import { OrderSettlement } from './order-settlement';

/** What the order service does when it hears something. */
@Injectable()
export class OrderListeners {
  constructor(
    private readonly settlement: OrderSettlement,
    private readonly gate: GateKeeper,
  ) {}

  /** Money came in. In order of arrival for each order, each payment once. */
  @RocketListener({
    id: 'order-paid',
    topic: paymentPaid,
    consumerGroup: 'seckill-order-paid',
    consumeMode: 'ORDERLY',
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  })
  @Idempotent({ store: 'db' })
  async onPaid(@MessageBody() payment: PaymentPaid): Promise<void> {
    await this.settlement.confirm(payment);
  }

  /** The time to pay is over. */
  @RocketListener({
    id: 'order-timeout',
    topic: orderTimeout,
    consumerGroup: 'seckill-order-timeout',
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  })
  @Idempotent({ store: 'db' })
  async onTimeout(@MessageBody() { orderId }: OrderReminder): Promise<void> {
    await this.settlement.cancelUnpaid(orderId);
  }

  /** The database has the item back, so the gate may sell it again: once, by the order's id. */
  @RocketListener({
    id: 'order-return',
    topic: orderCancelled,
    consumerGroup: 'seckill-order-return',
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  })
  async onCancelled(@MessageBody() reservation: OrderMessage): Promise<void> {
    await this.gate.returnItem(reservation);
  }
}
