/** Names this transport: `@EventPattern('order:PAID', ROCKETMQ)` is for it alone. */
export const ROCKETMQ = Symbol('ROCKETMQ');
