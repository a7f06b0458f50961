/** CREATED waits for its payment; the others are final. */
export const OrderState = {
  CREATED: 'CREATED',
  CONFIRMED: 'CONFIRMED',
  CANCELLED: 'CANCELLED',
} as const;
export type OrderState = (typeof OrderState)[keyof typeof OrderState];
