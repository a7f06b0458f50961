import { IsInt, IsUUID, Length, Min } from 'class-validator';

/** What the payment provider calls with when money has come in. */
export class PaymentCallbackDto {
  @IsUUID()
  orderId!: string;

  @Length(1, 64)
  transactionId!: string;

  @IsInt()
  @Min(1)
  amountCents!: number;

  /** Over `orderId transactionId amountCents`, by the secret shared with the provider. */
  @Length(1, 100)
  signature!: string;
}
