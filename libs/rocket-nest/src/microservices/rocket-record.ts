import type { MessageOptions } from '../producer/send-options';

/**
 * Data for `client.emit` and `client.send` with what RocketMQ can be told of it:
 * `client.emit('order:PAID', new RocketRecord(order, { keys: order.id, delay: '30s' }))`.
 */
export class RocketRecord<T = unknown> {
  constructor(
    readonly data: T,
    readonly options: MessageOptions = {},
  ) {}
}
