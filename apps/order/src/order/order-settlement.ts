import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { orderCancelled, orderConfirmed, PaymentPaid } from '@rocket-nest/seckill';
import { Outbox } from 'rocket-nest';
import type { Repository } from 'typeorm';
import { SaleService } from '../sale/sale.service';
import { OrderState } from './order-state';
import { messageOf, Order } from './order.entity';

/**
 * Brings orders to their end. Runs in the transaction of the listener that calls it, and each step
 * happens only from CREATED: what came first decides.
 */
@Injectable()
export class OrderSettlement {
  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    private readonly sales: SaleService,
    private readonly outbox: Outbox,
  ) {}

  /** A payment that comes after the cancellation is refunded by payment, which hears of that too. */
  async confirm({ orderId, transactionId }: PaymentPaid): Promise<void> {
    const order = await this.close(orderId, OrderState.CONFIRMED, transactionId);
    if (order) await this.tell(orderConfirmed, order);
  }

  /** Puts the item of an order back that was not paid in time. */
  async cancelUnpaid(orderId: string): Promise<void> {
    const order = await this.close(orderId, OrderState.CANCELLED, null);
    if (!order) return;
    await this.sales.putBack(order.saleId);
    await this.tell(orderCancelled, order);
  }

  private async close(
    id: string,
    state: OrderState,
    transactionId: string | null,
  ): Promise<Order | undefined> {
    const open = { id, state: OrderState.CREATED };
    const result = await this.orders.update(open, { state, transactionId, closedAt: new Date() });
    return result.affected === 1 ? this.orders.findOneByOrFail({ id }) : undefined;
  }

  private async tell(topic: typeof orderConfirmed, order: Order): Promise<void> {
    await this.outbox.send(topic, messageOf(order), { keys: order.id, shardingKey: order.id });
  }
}
