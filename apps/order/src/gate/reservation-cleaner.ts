import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import { Order } from '../order/order.entity';
import { SaleService } from '../sale/sale.service';
import { StockGate, type Reservation } from './stock-gate';

const LOOK_EVERY_MS = 5000;
/** Longer than a transaction takes, and than a half message waits before it is rolled back. */
const UNSETTLED_AGE_MS = 60_000;

/**
 * Gives back what an instance had reserved when it died: reservations that no order in the database
 * stands for.
 */
@Injectable()
export class ReservationCleaner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ReservationCleaner.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly gate: StockGate,
    private readonly sales: SaleService,
    @InjectRepository(Order) private readonly orders: Repository<Order>,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    try {
      for (const { id } of await this.sales.list()) {
        await this.clean(await this.gate.unsettled(id, UNSETTLED_AGE_MS));
      }
    } catch (error) {
      this.logger.warn(`reservations are looked at later: ${(error as Error).message}`);
    }
  }

  private async clean(reservations: readonly Reservation[]): Promise<void> {
    if (reservations.length === 0) return;
    const ids = reservations.map(({ orderId }) => orderId);
    const found = await this.orders.find({ select: { id: true }, where: { id: In(ids) } });
    const standing = new Set(found.map(({ id }) => id));
    for (const reservation of reservations) {
      if (standing.has(reservation.orderId)) await this.gate.settle(reservation);
      else await this.gate.release(reservation, { forgetBuyer: true });
    }
  }
}
