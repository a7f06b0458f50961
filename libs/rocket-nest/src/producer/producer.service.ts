import { Inject, Injectable, Logger } from '@nestjs/common';
import { createReplyMessage, type SendResult } from '@rocket-nest/client';
import { errorCodeOf, errorMessageOf, type Message, type MessageExt } from '@rocket-nest/common';
import { RocketConnection } from '../connection/rocket-connection';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { RocketModuleOptions } from '../rocket-module-options';
import { ROCKET_MODULE_OPTIONS } from '../rocket.constants';
import { decodePayload } from '../serialization/decode-payload';
import { MessageSerializers } from '../serialization/message-serializers';
import { BatchGate } from './batch-gate';
import type { Destination } from './destination';
import { mayBeSentLater, type KeptInOutbox } from './kept-in-outbox';
import { MessageFactory } from './message-factory';
import { messageIds } from './message-ids';
import { OutboxError } from './outbox-error';
import type { OutboxWriter } from './outbox-writer';
import { ProducerClient } from './producer-client';
import type {
  RequestOptions,
  SendBatchOptions,
  SendOptions,
  TransactionOptions,
} from './send-options';
import { sentWithoutPlace, uniqueKeyOf } from './sent-without-place';
import { SendWrappers, type SendCall, type SendInvoke } from './send-wrappers';
import type { TransactionRunner } from './transaction-runner';

/**
 * Sends messages; injected wherever a service needs it. Every call resolves once the broker has the
 * message, or rejects within its time with an error that has a `code`; nothing hangs and nothing is
 * dropped silently. After SEND_TIMEOUT, SEND_FAILED or ABORTED the broker may have the message all
 * the same.
 */
@Injectable()
export class ProducerService {
  /** Builds messages as `send` does. */
  readonly messages: MessageFactory;
  private readonly logger = new Logger('RocketProducer');
  private readonly serializers: MessageSerializers;
  private readonly client: ProducerClient;
  private transactions: TransactionRunner | undefined;
  private outbox: OutboxWriter | undefined;

  constructor(
    @Inject(ROCKET_MODULE_OPTIONS) options: RocketModuleOptions,
    @Inject(RocketConnection) readonly connection: RocketConnection,
    @Inject(SendWrappers) private readonly wrappers: SendWrappers,
  ) {
    this.serializers = new MessageSerializers(options.serializers);
    this.messages = new MessageFactory(this.serializers, messageIds(), (message) =>
      wrappers.created(message),
    );
    this.client = new ProducerClient(options, connection);
  }

  /**
   * Sends one message and resolves once the broker has stored it.
   *
   * @param destination `topic`, `topic:tag`, or a definition made by `defineTopic`
   * @param payload bytes go as they are, text as UTF-8, everything else as JSON, unless `contentType`
   * or the definition says otherwise
   * @throws an error with a `code` when it could not be sent within the time-out
   */
  send<T>(
    destination: Destination<T>,
    payload: T,
    options: SendOptions & { onFailure: 'outbox' },
  ): Promise<SendResult | KeptInOutbox>;
  send<T>(
    destination: Destination<T>,
    payload: T,
    options?: SendOptions & { onFailure?: 'throw' },
  ): Promise<SendResult>;
  async send<T>(
    destination: Destination<T>,
    payload: T,
    options: SendOptions = {},
  ): Promise<SendResult | KeptInOutbox> {
    const outbox = options.onFailure === 'outbox' ? this.outboxInUse() : undefined;
    const message = await this.messages.create(destination, payload, options);
    const sent = this.sendMessage(message, callOf('send', options));
    return outbox ? sent.catch((error: unknown) => this.keepIn(outbox, message, error)) : sent;
  }

  /**
   * Sends payloads to one topic in one request; they get consecutive offsets of one queue. All are
   * stored or none is.
   */
  async sendBatch<T>(
    destination: Destination<T>,
    payloads: readonly T[],
    options: SendBatchOptions<T> = {},
  ): Promise<SendResult> {
    const { keys, headers, shardingKey, contentType } = options;
    const creating = payloads.map((payload, index) =>
      this.messages.create(destination, payload, {
        shardingKey,
        contentType,
        keys: keys?.(payload, index),
        headers: typeof headers === 'function' ? headers(payload, index) : headers,
      }),
    );
    const call = callOf('batch', options);
    const gate = new BatchGate(await Promise.all(creating), async (messages) => {
      const producer = await this.client.ready(call);
      return producer.sendBatch(messages, call);
    });
    return gate.send((send) => this.wrappers.around(send), call);
  }

  /** Sends one message without waiting for an answer; it may be lost. */
  async sendOneway<T>(
    destination: Destination<T>,
    payload: T,
    options: Omit<SendOptions, 'onFailure'> = {},
  ): Promise<void> {
    const message = await this.messages.create(destination, payload, options);
    await this.wrappers.around(this.onewayNow)(message, callOf('oneway', options));
  }

  /**
   * Sends a message and resolves with the payload of the reply: what a listener of it returned.
   * Rejects with REQUEST_TIMEOUT when nobody replied in time.
   */
  async request<R = unknown, T = unknown>(
    destination: Destination<T>,
    payload: T,
    options: RequestOptions = {},
  ): Promise<R> {
    const reply = await this.requestMessage(destination, payload, options);
    return this.decode(reply) as R;
  }

  /** As `request`, resolving with the whole reply: its properties and its body as bytes. */
  async requestMessage<T>(
    destination: Destination<T>,
    payload: T,
    options: RequestOptions = {},
  ): Promise<MessageExt> {
    const message = await this.messages.create(destination, payload, options);
    let reply: MessageExt | undefined;
    const requestNow: SendInvoke = async (sent, call) => {
      const producer = await this.client.ready(call);
      reply = await producer.request(sent, call);
      return sentWithoutPlace(sent);
    };
    await this.wrappers.around(requestNow)(message, callOf('request', options));
    if (reply) return reply;
    throw new RocketConfigError('a send wrapper returned without sending the request');
  }

  /**
   * Replies to a message whose sender used `request`. Listeners need not call it: what they return
   * is the reply.
   */
  async reply(
    request: MessageExt,
    payload: unknown,
    options: Omit<RequestOptions, 'shardingKey'> = {},
  ): Promise<SendResult> {
    const { body, properties } = this.messages.build({ topic: 'reply' }, payload, options);
    const message = createReplyMessage(request, { body });
    for (const [name, value] of properties) message.properties.set(name, value);
    const producer = await this.client.ready(options);
    // Only the broker that took the request is surely connected to the requester.
    return producer.send(message, {
      ...options,
      selector: (queues) =>
        queues.find(({ brokerName }) => brokerName === request.brokerName) ?? queues[0],
    });
  }

  /**
   * Sends a message that is delivered if and only if `work`, run in a local transaction of the
   * database, commits. Resolves with what `work` returned.
   */
  async transaction<T, R>(
    destination: Destination<T>,
    payload: T,
    work: () => R | Promise<R>,
    options: TransactionOptions = {},
  ): Promise<R> {
    if (!this.transactions) {
      throw new RocketConfigError(
        'producer.transaction() needs the transaction log of a database: add ' +
          'RocketTransactionModule for this connection',
      );
    }
    const message = await this.messages.create(destination, payload, options);
    return this.transactions.run(message, work, callOf('transaction', options));
  }

  /** Sends a message that was built before, by `messages` or from the outbox. */
  sendMessage(message: Message, call: Partial<SendCall> = {}): Promise<SendResult> {
    return this.wrappers.around(this.sendNow)(message, { kind: 'send', ...call });
  }

  /** The payload of a message or reply, read by its content type. */
  decode(message: Message): unknown {
    return decodePayload(message, this.serializers);
  }

  /** Sets who runs `transaction`. */
  useTransactionRunner(runner: TransactionRunner): void {
    this.transactions = runner;
  }

  /** Sets where `onFailure: 'outbox'` keeps messages. */
  useOutboxWriter(writer: OutboxWriter): void {
    this.outbox = writer;
  }

  /**
   * Sends under way end first; later ones are rejected. The module calls it after the listeners have
   * stopped, so that their last handlers can still send.
   */
  async shutdown(): Promise<void> {
    await this.client.shutdown();
  }

  private readonly sendNow: SendInvoke = async (message, call) => {
    const producer = await this.client.ready(call);
    return producer.send(message, call);
  };

  private readonly onewayNow: SendInvoke = async (message, call) => {
    const producer = await this.client.ready(call);
    await producer.sendOneway(message, call);
    return sentWithoutPlace(message);
  };

  private async keepIn(
    outbox: OutboxWriter,
    message: Message,
    reason: unknown,
  ): Promise<KeptInOutbox> {
    if (!mayBeSentLater(errorCodeOf(reason))) throw reason;
    const msgId = uniqueKeyOf(message);
    const what = `message ${msgId} for topic ${message.topic}`;
    try {
      await outbox.keep(message);
    } catch (error) {
      throw new OutboxError(
        `${what} was neither sent (${errorMessageOf(reason)}) nor kept in the outbox ` +
          `(${errorMessageOf(error)})`,
        { cause: reason },
      );
    }
    this.logger.warn(`${what} waits in the outbox: ${errorMessageOf(reason)}`);
    return { sendStatus: 'KEPT_IN_OUTBOX', msgId, reason };
  }

  private outboxInUse(): OutboxWriter {
    if (this.outbox) return this.outbox;
    throw new RocketConfigError(
      "onFailure: 'outbox' needs an outbox in a database: add RocketOutboxModule for this connection",
    );
  }
}

function callOf(
  kind: SendCall['kind'],
  { timeoutMs, signal, shardingKey }: Omit<SendCall, 'kind'>,
): SendCall {
  return { kind, timeoutMs, signal, shardingKey };
}
