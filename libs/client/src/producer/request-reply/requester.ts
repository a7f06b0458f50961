import { randomUUID } from 'node:crypto';
import { MessageConst, withNamespace, type Message, type MessageExt } from '@rocket-nest/common';
import { ClientError } from '../../errors/client-error';
import type { MQClientInstance } from '../../instance/mq-client-instance';
import { withDeadline } from '../../support/deadline';
import type { MessagePreparer } from '../message-preparer';
import type { MessageSender } from '../message-sender';
import type { SendOptions } from '../send-options';

/** Sends messages and waits for their replies. */
export class Requester {
  constructor(
    private readonly instance: MQClientInstance,
    private readonly preparer: MessagePreparer,
    private readonly sender: MessageSender,
    private readonly namespace: string | undefined,
  ) {}

  async request(message: Message, timeoutMs: number, options: SendOptions): Promise<MessageExt> {
    const { clock } = this.instance.environment;
    const correlationId = randomUUID();
    const deadlineMs = clock.monotonicNow() + timeoutMs;
    const aborted = (): ClientError => new ClientError('ABORTED', 'the request was aborted');
    const late = (): ClientError =>
      new ClientError(
        'REQUEST_TIMEOUT',
        `no reply to message ${correlationId} of topic ${message.topic} within ${timeoutMs} ms: ` +
          'check that a consumer of the topic answers by reply()',
      );
    const work = this.sendAndWait(message, correlationId, timeoutMs, deadlineMs, options);
    try {
      return await withDeadline(work, clock, timeoutMs, options.signal, { late, aborted });
    } finally {
      this.instance.replies.forget(correlationId);
    }
  }

  private async sendAndWait(
    message: Message,
    correlationId: string,
    timeoutMs: number,
    deadlineMs: number,
    options: SendOptions,
  ): Promise<MessageExt> {
    const { instance } = this;
    const prepared = this.preparer.prepare(message, {
      shardingKey: options.shardingKey,
      properties: {
        [MessageConst.PROPERTY_CORRELATION_ID]: correlationId,
        [MessageConst.PROPERTY_MESSAGE_REPLY_TO_CLIENT]: instance.clientId,
        [MessageConst.PROPERTY_MESSAGE_TTL]: String(timeoutMs),
      },
    });
    // The reply comes back by the broker, which must know this client.
    await this.sender.publishQueues(withNamespace(this.namespace, message.topic));
    await instance.heartbeats.greetNew();
    const leftMs = deadlineMs - instance.environment.clock.monotonicNow();
    const reply = instance.replies.expect(correlationId);
    await this.sender.send(prepared, message, { ...options, timeoutMs: leftMs });
    return reply;
  }
}
