import { Logger } from '@nestjs/common';
import { isRequest } from '@rocket-nest/client';
import { errorMessageOf, type MessageExt } from '@rocket-nest/common';
import { describeMessage } from '../listener/describe-message';
import type { ListenerDefinition, ListenerInvoke } from '../listener/listener-definition';
import type { ListenerWrapper } from '../listener/listener-wrappers';
import type { RocketContext } from '../listener/rocket-context';
import type { ProducerService } from './producer.service';

/**
 * Sends what a listener returned as the reply, when the message is a request. Outside of idempotency:
 * a duplicate is not handled, returns nothing and gets no reply.
 */
export const REPLY_ORDER = 50;

/** Replies for the listeners of one connection. */
export class RequestReplier implements ListenerWrapper {
  private readonly logger = new Logger('RocketListener');

  constructor(
    private readonly connection: string,
    private readonly producer: ProducerService,
  ) {}

  wrap(listener: ListenerDefinition, next: ListenerInvoke): ListenerInvoke | undefined {
    if (listener.connection !== this.connection) return undefined;
    const handle = async (message: MessageExt, context: RocketContext): Promise<unknown> => {
      const result = await next(message, context);
      if (result !== undefined) await this.reply(message, result, listener.consumerGroup);
      return result;
    };
    return (message, context) =>
      isRequest(message) ? handle(message, context) : next(message, context);
  }

  /** A batch has no single result. */
  wrapBatch(): undefined {
    return undefined;
  }

  /** The work is done: a requester that has gone must not make the message come again. */
  private async reply(request: MessageExt, result: unknown, consumerGroup: string): Promise<void> {
    try {
      await this.producer.reply(request, result);
    } catch (error) {
      this.logger.warn(
        `could not reply to ${describeMessage(request, consumerGroup)}: ${errorMessageOf(error)}`,
      );
    }
  }
}
