/** PENDING waits for money. CLOSED never got any, REFUNDED had to give it back. */
export const PaymentState = {
  PENDING: 'PENDING',
  PAID: 'PAID',
  CLOSED: 'CLOSED',
  REFUNDED: 'REFUNDED',
} as const;
export type PaymentState = (typeof PaymentState)[keyof typeof PaymentState];
