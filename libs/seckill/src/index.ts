export {
  ORDER_TOPIC,
  orderCancelled,
  orderConfirmed,
  orderCreated,
  OrderMessage,
  OrderReminder,
  orderTimeout,
} from './order-messages';
export { PaymentPaid, paymentPaid } from './payment-messages';
export { Signer } from './signer';
export { BuyerTokens } from './buyer-tokens';
export { BuyerGuard, BuyerId } from './buyer.guard';
export { OperatorGuard } from './operator.guard';
export { isRefusal, Refusal } from './refusal';
export type { RefusalCode } from './refusal';
export { readSeckillConfig, SECKILL_CONFIG } from './seckill-config';
export type { SeckillConfig } from './seckill-config';
export { SeckillModule } from './seckill.module';
export { startService } from './start-service';
export { schemaOf } from './schema-of';
