import type { OrderMessage } from '@rocket-nest/seckill';
import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import { OrderState } from './order-state';

/** One buyer's purchase of one item; a buyer has at most one in a sale. */
@Entity('orders')
@Unique('orders_sale_buyer_key', ['saleId', 'buyerId'])
@Index('orders_sale_state_idx', ['saleId', 'state'])
export class Order {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { name: 'sale_id' })
  saleId!: string;

  @Column('text', { name: 'buyer_id' })
  buyerId!: string;

  @Column('integer', { name: 'amount_cents' })
  amountCents!: number;

  @Column('text')
  state!: OrderState;

  /** Says which payment confirmed it. */
  @Column('text', { name: 'transaction_id', nullable: true })
  transactionId!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** When it became final. */
  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;
}

/** What messages say of an order. */
export function messageOf({ id, saleId, buyerId, amountCents }: Order): OrderMessage {
  return { orderId: id, saleId, buyerId, amountCents };
}
