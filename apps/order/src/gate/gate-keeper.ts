import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Refusal } from '@rocket-nest/seckill';
import type { Repository } from 'typeorm';
import { OrderState } from '../order/order-state';
import { Order } from '../order/order.entity';
import { Sale } from '../sale/sale.entity';
import { StockGate, type Admission, type GateFilling, type Reservation } from './stock-gate';

/** Keeps the gate in step with the database, from which it is filled when it is empty or lost. */
@Injectable()
export class GateKeeper {
  private readonly logger = new Logger(GateKeeper.name);
  private readonly fillings = new Map<string, Promise<void>>();

  constructor(
    private readonly gate: StockGate,
    @InjectRepository(Sale) private readonly sales: Repository<Sale>,
    @InjectRepository(Order) private readonly orders: Repository<Order>,
  ) {}

  /** Throws BUSY while the gate cannot be reached. */
  async reserve(reservation: Reservation): Promise<Exclude<Admission, 'EMPTY'>> {
    const { saleId } = reservation;
    try {
      let admission = await this.gate.reserve(reservation);
      if (admission === 'EMPTY') {
        await this.fill(saleId);
        admission = await this.gate.reserve(reservation);
      }
      if (admission !== 'EMPTY') return admission;
    } catch (error) {
      // Whether the item was taken is not known then; it comes back with the unsettled ones.
      this.logger.warn(`no answer from the gate of ${saleId}: ${(error as Error).message}`);
    }
    throw new Refusal('BUSY', 'too much is going on, try again in a moment');
  }

  /** Losing one is harmless: it is found among the unsettled ones. */
  async settle(reservation: Reservation): Promise<void> {
    await this.gate.settle(reservation).catch(() => undefined);
  }

  async release(
    reservation: Reservation,
    how: { readonly forgetBuyer?: boolean; readonly keepItem?: boolean },
  ): Promise<void> {
    await this.gate.release(reservation, how).catch(() => undefined);
  }

  /** For a listener, which is called again when the gate cannot be reached. */
  async returnItem(reservation: Reservation): Promise<void> {
    await this.gate.release(reservation);
  }

  remaining(saleId: string): Promise<number | undefined> {
    return this.gate.remaining(saleId).catch(() => undefined);
  }

  /** One at a time for a sale, however many buyers find the gate empty. */
  private fill(saleId: string): Promise<void> {
    const running = this.fillings.get(saleId);
    if (running) return running;
    const filling = this.readFilling(saleId)
      .then((found) => this.gate.fill(saleId, found))
      .finally(() => this.fillings.delete(saleId));
    this.fillings.set(saleId, filling);
    return filling;
  }

  private async readFilling(saleId: string): Promise<GateFilling> {
    const sale = await this.sales.findOneByOrFail({ id: saleId });
    const orders = await this.orders.find({
      select: { id: true, buyerId: true, state: true },
      where: { saleId },
    });
    return {
      remaining: sale.remaining,
      orders: orders.map(({ id, buyerId, state }) => ({
        buyerId,
        orderId: id,
        isReleased: state === OrderState.CANCELLED,
      })),
    };
  }
}
