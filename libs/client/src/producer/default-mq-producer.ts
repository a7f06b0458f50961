import assert from 'node:assert';
import {
  UniqueIdGenerator,
  validateGroup,
  withNamespace,
  type Message,
  type MessageExt,
  type MessageQueue,
} from '@rocket-nest/common';
import type { ClientDependencies } from '../config/client-options';
import { clientSettings } from '../config/client-options';
import { ClientError } from '../errors/client-error';
import { localIpAddress } from '../instance/client-id';
import type { ProducerMember } from '../instance/client-members';
import { ClientRegistry } from '../instance/client-registry';
import type { MQClientInstance } from '../instance/mq-client-instance';
import type { SendMessageHook } from '../hook/send-message-hook';
import { InstanceTrace } from '../trace/instance-trace';
import { SendMessageTraceHook } from '../trace/send-message-trace-hook';
import { traceTopicOf } from '../trace/trace-options';
import { MessagePreparer } from './message-preparer';
import type { MessageQueueSelector } from './message-queue-selector';
import { MessageSender } from './message-sender';
import { producerSettings, type ProducerOptions } from './producer-options';
import { createReplyMessage, type ReplyInit } from './request-reply/reply-message';
import { Requester } from './request-reply/requester';
import type { SendOptions } from './send-options';
import type { SendResult } from './send-result';

/**
 * Sends messages. Every `send` resolves once the broker has stored the message or rejects with a
 * `ClientError` within its time; nothing is dropped silently and nothing hangs. After a rejection
 * with SEND_TIMEOUT, SEND_FAILED or ABORTED the message may have been stored all the same.
 */
export class DefaultMQProducer {
  readonly producerGroup: string;
  private readonly registry: ClientRegistry;
  private state: 'created' | 'running' | 'stopped' = 'created';
  private instance: MQClientInstance | undefined;
  private sender: MessageSender | undefined;
  /** Present with `enableMsgTrace`, from `start` on. */
  protected trace: InstanceTrace | undefined;
  protected readonly preparer: MessagePreparer;

  constructor(
    protected readonly options: ProducerOptions,
    dependencies: ClientDependencies = {},
  ) {
    const problem = validateGroup(options.producerGroup);
    if (problem) throw new ClientError('GROUP_ILLEGAL', problem.message);
    this.producerGroup = withNamespace(options.namespace, options.producerGroup);
    this.registry = dependencies.registry ?? new ClientRegistry(dependencies);
    const { clock, random } = this.registry.environment;
    const ip = options.clientIp ?? localIpAddress();
    this.preparer = new MessagePreparer(
      producerSettings(options),
      options.namespace,
      new UniqueIdGenerator({ ip }, clock, random),
      clock,
    );
  }

  /**
   * Joins the client instance; connections are made with the first send, or now to the brokers of
   * `topics`.
   */
  async start(): Promise<void> {
    if (this.state !== 'created') {
      throw new ClientError('ALREADY_STARTED', `producer ${this.producerGroup} was started before`);
    }
    const instance = this.registry.acquire(clientSettings(this.options));
    this.instance = instance;
    try {
      instance.registerProducer(this.asMember());
      const traceTopic = traceTopicOf(this.options);
      if (traceTopic) {
        this.trace = new InstanceTrace(instance, traceTopic, this.producerGroup, 'PRODUCE');
      }
    } catch (error) {
      await this.registry.release(instance);
      throw error;
    }
    this.sender = new MessageSender(
      instance,
      this.producerGroup,
      producerSettings(this.options),
      this.options.vipChannelEnabled ?? false,
      this.sendHooks(),
    );
    this.state = 'running';
    await this.findTopics(instance);
  }

  /** Sends under way are answered or time out first; then the producer leaves its brokers. */
  async shutdown(): Promise<void> {
    if (this.state !== 'running') return;
    this.state = 'stopped';
    await this.sender!.drain();
    await this.trace?.shutdown();
    await this.instance!.unregisterProducer(this.producerGroup);
    await this.registry.release(this.instance!);
  }

  /** Sends one message. */
  send(message: Message, options?: SendOptions): Promise<SendResult>;
  /** Sends one message to the queue that `selector` chooses; there is no try on another one. */
  send(
    message: Message,
    selector: MessageQueueSelector,
    arg: unknown,
    options?: SendOptions,
  ): Promise<SendResult>;
  async send(
    message: Message,
    second?: SendOptions | MessageQueueSelector,
    arg?: unknown,
    options?: SendOptions,
  ): Promise<SendResult> {
    const sendOptions =
      typeof second === 'function' ? { ...options, selector: second, arg } : (second ?? {});
    const sender = this.runningSender();
    const prepared = this.preparer.prepare(message, { shardingKey: sendOptions.shardingKey });
    return sender.send(prepared, message, sendOptions);
  }

  /** Sends one message to exactly this queue. */
  sendToQueue(message: Message, queue: MessageQueue, options?: SendOptions): Promise<SendResult> {
    return this.send(message, { ...options, queue });
  }

  /**
   * Sends messages of one topic in one request; they get consecutive offsets of one queue. Delays and
   * retry topics are refused.
   */
  async sendBatch(messages: readonly Message[], options: SendOptions = {}): Promise<SendResult> {
    const sender = this.runningSender();
    const prepared = this.preparer.prepareBatch(messages);
    return sender.send(prepared, messages[0], options);
  }

  /** Sends without waiting for an answer, once; the message may be lost. */
  async sendOneway(message: Message, options: SendOptions = {}): Promise<void> {
    const sender = this.runningSender();
    const prepared = this.preparer.prepare(message, { shardingKey: options.shardingKey });
    await sender.sendOneway(prepared, message, options);
  }

  /**
   * Sends a message and waits for the reply of a consumer. `timeoutMs` (default `sendMsgTimeoutMs`)
   * is for both; rejects with REQUEST_TIMEOUT when the message was stored but nobody replied.
   */
  async request(message: Message, options: SendOptions = {}): Promise<MessageExt> {
    const sender = this.runningSender();
    const { namespace } = this.options;
    const requester = new Requester(this.instanceInUse, this.preparer, sender, namespace);
    const timeoutMs = options.timeoutMs ?? producerSettings(this.options).sendMsgTimeoutMs;
    return requester.request(message, timeoutMs, options);
  }

  /**
   * Replies to a message that was sent by `request`, of this or another client. Resolves once the
   * requester has the reply; rejects with MESSAGE_ILLEGAL when the message is no request, and with
   * BROKER_ERROR when the requester is gone.
   */
  async reply(
    request: MessageExt,
    init: ReplyInit,
    options: SendOptions = {},
  ): Promise<SendResult> {
    // The requester is surely connected to the broker that took its request, perhaps to no other.
    const selector: MessageQueueSelector = (queues) =>
      queues.find(({ brokerName }) => brokerName === request.brokerName) ?? queues[0];
    return this.send(createReplyMessage(request, init), { selector, ...options });
  }

  /** The writable queues of a topic. */
  async fetchPublishMessageQueues(topic: string): Promise<readonly MessageQueue[]> {
    return this.runningSender().publishQueues(withNamespace(this.options.namespace, topic));
  }

  /** What the client instance is told of this producer. */
  protected asMember(): ProducerMember {
    return { producerGroup: this.producerGroup };
  }

  /** The client instance, from `start` on. */
  protected get instanceInUse(): MQClientInstance {
    assert(this.instance, 'a producer that was started has an instance');
    return this.instance;
  }

  private sendHooks(): SendMessageHook[] {
    const { sendMessageHooks = [], namespace } = this.options;
    if (!this.trace) return [...sendMessageHooks];
    const { clock } = this.instanceInUse.environment;
    return [...sendMessageHooks, new SendMessageTraceHook(this.trace.dispatcher, namespace, clock)];
  }

  /** Brokers that are known learn of this producer at once, and those of `topics` in any case. */
  private async findTopics(instance: MQClientInstance): Promise<void> {
    const topics = this.options.topics ?? [];
    if (topics.length === 0) {
      void instance.heartbeats.sendToAll();
      return;
    }
    const names = topics.map((topic) => withNamespace(this.options.namespace, topic));
    await instance.routes.poll(names);
    await instance.heartbeats.sendToAll();
  }

  protected runningSender(): MessageSender {
    if (this.state === 'running') return this.sender!;
    throw new ClientError(
      'NOT_RUNNING',
      `producer ${this.producerGroup} ${this.state === 'created' ? 'is not started: call start() first' : 'is shut down'}`,
    );
  }
}
