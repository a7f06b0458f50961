import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A number of items offered at one price for some time. */
@Entity('sales')
@Check('sales_remaining_check', 'remaining >= 0 AND remaining <= stock')
export class Sale {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  title!: string;

  @Column('integer', { name: 'price_cents' })
  priceCents!: number;

  @Column('integer')
  stock!: number;

  /** The truth about what is left; the gate in front of it may be behind. */
  @Column('integer')
  remaining!: number;

  @Column('timestamptz', { name: 'opens_at' })
  opensAt!: Date;

  @Column('timestamptz', { name: 'closes_at' })
  closesAt!: Date;
}
