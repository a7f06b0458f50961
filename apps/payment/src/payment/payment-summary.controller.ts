import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { SkipThrottle } from '@nestjs/throttler';
import { OperatorGuard } from '@rocket-nest/seckill';
import type { Repository } from 'typeorm';
import { PaymentState } from './payment-state';
import { Payment } from './payment.entity';

/** Payments of one sale by state. */
export type PaymentSummary = Readonly<Record<PaymentState, { count: number; cents: number }>>;

@SkipThrottle()
@Controller('api/operator/payments')
@UseGuards(OperatorGuard)
export class PaymentSummaryController {
  constructor(@InjectRepository(Payment) private readonly payments: Repository<Payment>) {}

  @Get(':saleId')
  async summary(@Param('saleId') saleId: string): Promise<PaymentSummary> {
    const rows = await this.payments
      .createQueryBuilder('p')
      .select('p.state', 'state')
      .addSelect('count(*)', 'count')
      .addSelect('coalesce(sum(p.amountCents), 0)', 'cents')
      .where('p.saleId = :saleId', { saleId })
      .groupBy('p.state')
      .getRawMany<{ state: PaymentState; count: string; cents: string }>();
    const entries = Object.values(PaymentState).map((state) => {
      const row = rows.find((each) => each.state === state);
      return [state, { count: Number(row?.count ?? 0), cents: Number(row?.cents ?? 0) }];
    });
    return Object.fromEntries(entries) as PaymentSummary;
  }
}
