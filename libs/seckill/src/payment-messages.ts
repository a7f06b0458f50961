import { IsInt, IsString, IsUUID, Min } from 'class-validator';
import { defineTopic } from 'rocket-nest';

/** Says that money has come in for an order. */
export class PaymentPaid {
  @IsUUID()
  readonly orderId!: string;

  /** The payment provider's number. */
  @IsString()
  readonly transactionId!: string;

  @IsInt()
  @Min(1)
  readonly amountCents!: number;
}

/** Keyed by order id, so that what concerns one order is handled in order. */
export const paymentPaid = defineTopic<PaymentPaid>({ topic: 'seckill-payment', tag: 'PAID' });
