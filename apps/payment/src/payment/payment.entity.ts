import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PaymentState } from './payment-state';

/** The payment of one order. */
@Entity('payments')
export class Payment {
  @PrimaryColumn('uuid', { name: 'order_id' })
  orderId!: string;

  @Column('text', { name: 'sale_id' })
  saleId!: string;

  @Column('text', { name: 'buyer_id' })
  buyerId!: string;

  @Column('integer', { name: 'amount_cents' })
  amountCents!: number;

  @Column('text')
  state!: PaymentState;

  /** The payment provider's number of the transaction. */
  @Column('text', { name: 'transaction_id', nullable: true, unique: true })
  transactionId!: string | null;

  @Column('timestamptz', { name: 'paid_at', nullable: true })
  paidAt!: Date | null;
}
