import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { isRefusal, orderCreated, Refusal } from '@rocket-nest/seckill';
import { randomUUID } from 'node:crypto';
import type { Repository } from 'typeorm';
import { GateKeeper } from '../gate/gate-keeper';
import type { Reservation } from '../gate/stock-gate';
import type { Sale } from '../sale/sale.entity';
import { SaleService } from '../sale/sale.service';
import { OrderCreation } from './order-creation';
import { OrderState } from './order-state';
import { Order } from './order.entity';

/** What a buyer gets for a purchase. */
export interface PlacedOrder {
  readonly orderId: string;
  /** PENDING: it is not known yet whether the order stands; ask again. */
  readonly state: OrderState | 'PENDING';
}

/** Places orders: through the gate first, then into the database and the queue as one. */
@Injectable()
export class OrderService {
  constructor(
    private readonly sales: SaleService,
    private readonly gate: GateKeeper,
    private readonly creation: OrderCreation,
    @InjectRepository(Order) private readonly orders: Repository<Order>,
  ) {}

  /** Throws a Refusal: UNKNOWN_SALE, SALE_NOT_OPEN, SALE_CLOSED, SOLD_OUT, ALREADY_BOUGHT, BUSY. */
  async place(saleId: string, buyerId: string): Promise<PlacedOrder> {
    const sale = await this.sales.findOpen(saleId);
    const reservation = { saleId, buyerId, orderId: randomUUID() };
    await this.admit(reservation);
    return this.create(sale, reservation);
  }

  /** One's own order. Throws UNKNOWN_ORDER and NOT_YOURS. */
  async find(orderId: string, buyerId: string): Promise<Order> {
    const order = await this.orders.findOneBy({ id: orderId });
    if (!order) throw new Refusal('UNKNOWN_ORDER', `there is no order ${orderId}`);
    if (order.buyerId !== buyerId) throw new Refusal('NOT_YOURS', 'this is the order of another');
    return order;
  }

  listOf(buyerId: string): Promise<Order[]> {
    return this.orders.find({ where: { buyerId }, order: { createdAt: 'DESC' }, take: 50 });
  }

  private async admit(reservation: Reservation): Promise<void> {
    const admission = await this.gate.reserve(reservation);
    if (admission === 'SOLD_OUT') throw new Refusal('SOLD_OUT', 'all items are sold');
    if (admission === 'ALREADY_BOUGHT') {
      throw new Refusal('ALREADY_BOUGHT', 'one item a buyer: you have ordered already');
    }
  }

  private async create(sale: Sale, reservation: Reservation): Promise<PlacedOrder> {
    const { orderId, saleId, buyerId } = reservation;
    try {
      await this.creation.create({ orderId, saleId, buyerId, amountCents: sale.priceCents });
    } catch (error) {
      return this.notCreated(reservation, error);
    }
    await this.gate.settle(reservation);
    return { orderId, state: OrderState.CREATED };
  }

  private async notCreated(reservation: Reservation, error: unknown): Promise<PlacedOrder> {
    const { code } = error as { code?: unknown };
    // The order may stand all the same. Its reservation is looked after once that is known.
    if (code === 'COMMIT_IN_DOUBT') return { orderId: reservation.orderId, state: 'PENDING' };
    await this.gate.release(reservation, {
      forgetBuyer: code !== 'ALREADY_BOUGHT',
      keepItem: code === 'SOLD_OUT',
    });
    if (isRefusal(error)) throw error;
    throw new Refusal('BUSY', `the order was not placed: ${orderCreated.topic} cannot take it now`);
  }
}
