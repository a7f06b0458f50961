import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { GateKeeper } from '../gate/gate-keeper';
import { Order } from '../order/order.entity';
import type { OrderState } from '../order/order-state';
import type { Sale } from '../sale/sale.entity';
import { SaleService } from '../sale/sale.service';
import { QueueWatch, type GroupProgress } from './queue-watch';

/** One sale as the operator sees it. */
export interface SaleOverview {
  readonly sale: Sale;
  /** What the gate would still give; undefined while it is empty. */
  readonly gateRemaining: number | undefined;
  readonly orders: Readonly<Record<OrderState, number>>;
  /** Prices of confirmed orders together. */
  readonly confirmedCents: number;
}

interface StateCount {
  readonly state: OrderState;
  readonly count: string;
  readonly cents: string;
}

/** What the operator's page shows. */
@Injectable()
export class OperatorService {
  constructor(
    private readonly sales: SaleService,
    private readonly gate: GateKeeper,
    private readonly queues: QueueWatch,
    @InjectRepository(Order) private readonly orders: Repository<Order>,
  ) {}

  async overview(): Promise<SaleOverview[]> {
    const sales = await this.sales.list();
    return Promise.all(sales.map(({ id }) => this.saleOverview(id)));
  }

  async saleOverview(saleId: string): Promise<SaleOverview> {
    const sale = await this.sales.find(saleId);
    const rows = await this.orders
      .createQueryBuilder('o')
      .select('o.state', 'state')
      .addSelect('count(*)', 'count')
      .addSelect('coalesce(sum(o.amountCents), 0)', 'cents')
      .where('o.saleId = :saleId', { saleId })
      .groupBy('o.state')
      .getRawMany<StateCount>();
    const of = (wanted: OrderState) => rows.find(({ state }) => state === wanted);
    const count = (state: OrderState): number => Number(of(state)?.count ?? 0);
    return {
      sale,
      gateRemaining: await this.gate.remaining(saleId),
      orders: {
        CREATED: count('CREATED'),
        CONFIRMED: count('CONFIRMED'),
        CANCELLED: count('CANCELLED'),
      },
      confirmedCents: Number(of('CONFIRMED')?.cents ?? 0),
    };
  }

  groups(): Promise<GroupProgress[]> {
    return this.queues.progress();
  }
}
