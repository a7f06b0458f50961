import { IsInt, IsString, IsUUID, Min } from 'class-validator';
import { defineTopic } from 'rocket-nest';

/** What every message about an order says of it. */
export class OrderMessage {
  @IsUUID()
  readonly orderId!: string;

  @IsString()
  readonly saleId!: string;

  @IsString()
  readonly buyerId!: string;

  @IsInt()
  @Min(1)
  readonly amountCents!: number;
}

/** Which order to look at. */
export class OrderReminder {
  @IsUUID()
  readonly orderId!: string;
}

/** An order stands in the order service's database and its item is taken. Payment opens a payment. */
export const orderCreated = defineTopic<OrderMessage>({ topic: 'seckill-order', tag: 'CREATED' });

/** The order is paid and final. */
export const orderConfirmed = defineTopic<OrderMessage>({
  topic: 'seckill-order',
  tag: 'CONFIRMED',
});

/** The order was not paid in time and its item is back. Payment closes or refunds the payment. */
export const orderCancelled = defineTopic<OrderMessage>({
  topic: 'seckill-order',
  tag: 'CANCELLED',
});

/** Sent with a delay when an order is created: time to see whether it was paid. */
export const orderTimeout = defineTopic<OrderReminder>({
  topic: 'seckill-order-timeout',
});

/** The topic of all states of orders, for those who listen to every tag. */
export const ORDER_TOPIC = orderCreated.topic;
