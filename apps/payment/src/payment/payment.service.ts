import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { paymentPaid, Refusal, PaymentPaid } from '@rocket-nest/seckill';
import { InjectSqlExecutor, Outbox, type SqlExecutor } from 'rocket-nest';
import type { Repository } from 'typeorm';
import { PaymentState } from './payment-state';
import { Payment } from './payment.entity';

/** Takes money for orders. */
@Injectable()
export class PaymentService {
  constructor(
    @InjectRepository(Payment) private readonly payments: Repository<Payment>,
    @InjectSqlExecutor() private readonly database: SqlExecutor,
    private readonly outbox: Outbox,
  ) {}

  /** One's own payment. Throws UNKNOWN_ORDER and NOT_YOURS. */
  async find(orderId: string, buyerId: string): Promise<Payment> {
    const payment = await this.of(orderId);
    if (payment.buyerId !== buyerId) throw new Refusal('NOT_YOURS', 'this is the order of another');
    return payment;
  }

  /**
   * Takes the money of an order, once: a repeated call for the same order finds it paid. Throws
   * UNKNOWN_ORDER, WRONG_AMOUNT and ORDER_CANCELLED.
   */
  async pay(paid: PaymentPaid): Promise<Payment> {
    const payment = await this.of(paid.orderId);
    if (payment.amountCents !== paid.amountCents) {
      throw new Refusal('WRONG_AMOUNT', `the order costs ${payment.amountCents} cents`);
    }
    if (payment.state === PaymentState.PENDING) await this.take(paid);
    return this.paid(paid.orderId);
  }

  /**
   * The money and the message that says so, as one: in the transaction of the caller, where an
   * idempotent handler has begun one, else in one of its own.
   */
  private take(paid: PaymentPaid): Promise<void> {
    const take = (): Promise<void> => this.takeInTransaction(paid);
    return this.database.current() ? take() : this.database.transaction(take);
  }

  private async takeInTransaction(paid: PaymentPaid): Promise<void> {
    const { orderId, transactionId } = paid;
    const open = { orderId, state: PaymentState.PENDING };
    const change = { state: PaymentState.PAID, transactionId, paidAt: new Date() };
    const result = await this.payments.update(open, change);
    // Someone else was quicker: what became of the order is read again.
    if (result.affected !== 1) return;
    await this.outbox.send(paymentPaid, paid, { keys: orderId, shardingKey: orderId });
  }

  private async paid(orderId: string): Promise<Payment> {
    const payment = await this.of(orderId);
    if (payment.state === PaymentState.PAID) return payment;
    throw new Refusal('ORDER_CANCELLED', 'the order was cancelled; nothing is owed');
  }

  private async of(orderId: string): Promise<Payment> {
    const payment = await this.payments.findOneBy({ orderId });
    if (payment) return payment;
    throw new Refusal('UNKNOWN_ORDER', `there is no payment for order ${orderId} yet`);
  }
}
