import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  orderCreated,
  OrderMessage,
  orderTimeout,
  Refusal,
  SECKILL_CONFIG,
  type SeckillConfig,
} from '@rocket-nest/seckill';
import { Outbox, TransactionalMessage } from 'rocket-nest';
import type { Repository } from 'typeorm';
import { isUniqueViolation } from '../database/unique-violation';
import { SaleService } from '../sale/sale.service';
import { OrderState } from './order-state';
import { Order } from './order.entity';

/** Writes an order, its item and its messages as one. */
@Injectable()
export class OrderCreation {
  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    private readonly sales: SaleService,
    private readonly outbox: Outbox,
    @Inject(SECKILL_CONFIG) private readonly config: SeckillConfig,
  ) {}

  /**
   * The order, the item it takes and the reminder to look whether it was paid commit together, and
   * payment hears of the order if and only if they did. Throws SOLD_OUT and ALREADY_BOUGHT.
   */
  @TransactionalMessage({
    topic: orderCreated,
    keys: (order: OrderMessage) => order.orderId,
    shardingKey: (order: OrderMessage) => order.orderId,
  })
  async create({ orderId, saleId, buyerId, amountCents }: OrderMessage): Promise<void> {
    await this.insert({ id: orderId, saleId, buyerId, amountCents, state: OrderState.CREATED });
    if (!(await this.sales.take(saleId))) throw new Refusal('SOLD_OUT', 'all items are sold');
    await this.outbox.send(
      orderTimeout,
      { orderId },
      { keys: orderId, delay: this.config.unpaidDelay },
    );
  }

  private async insert(order: Partial<Order>): Promise<void> {
    try {
      await this.orders.insert(order);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new Refusal('ALREADY_BOUGHT', 'one item a buyer: you have ordered already');
    }
  }
}
