/** Consumer groups of the shop, as the operator's page shows them. */
export const GROUPS = [
  'seckill-order-paid',
  'seckill-order-timeout',
  'seckill-order-return',
  'seckill-payment-order',
] as const;
export type ShopGroup = (typeof GROUPS)[number];
