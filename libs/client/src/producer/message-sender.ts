import {
  errorCodeOf,
  errorMessageOf,
  MessageSysFlag,
  transactionTypeOf,
  type Message,
  type MessageQueue,
} from '@rocket-nest/common';
import type { SendOrigin } from '../api/send-request-header';
import { ClientError } from '../errors/client-error';
import { decisionOf } from '../errors/response-decision';
import { runHooks } from '../hook/run-hooks';
import type { SendMessageContext, SendMessageHook } from '../hook/send-message-hook';
import type { MQClientInstance } from '../instance/mq-client-instance';
import { PublishQueueCursor } from '../route/publish-queue-cursor';
import type { TopicRoute } from '../route/topic-route';
import { withDeadline } from '../support/deadline';
import { LatencyFaults } from './latency-faults';
import { selectMessageQueueByHash } from './message-queue-selector';
import type { PreparedMessage } from './prepared-message';
import type { ProducerSettings } from './producer-options';
import { PublishRouteFinder } from './publish-route-finder';
import { SendGate } from './send-gate';
import type { SendOptions } from './send-options';
import type { SendResult } from './send-result';

/** The VIP port of a broker is its port less this. */
const VIP_PORT_OFFSET = 2;

/** A message on its way. */
interface Send {
  readonly message: PreparedMessage;
  /** As the caller gave it. */
  readonly original: Message;
  readonly signal: AbortSignal | undefined;
}

/** Brings prepared messages to brokers: chooses queues, tries again, keeps to time and limits. */
export class MessageSender {
  private readonly gate: SendGate;
  private readonly cursor: PublishQueueCursor;
  private readonly finder: PublishRouteFinder;
  private readonly origin: SendOrigin;
  private readonly faults: LatencyFaults | undefined;
  private drained: (() => void) | undefined;

  constructor(
    private readonly instance: MQClientInstance,
    producerGroup: string,
    private readonly settings: ProducerSettings,
    private readonly vipChannel: boolean,
    private readonly hooks: readonly SendMessageHook[] = [],
  ) {
    const { createTopicKey, defaultTopicQueueNums } = settings;
    const { clock, random, logger } = instance.environment;
    this.gate = new SendGate(settings, clock);
    this.faults = settings.sendLatencyFaultEnable ? new LatencyFaults(clock) : undefined;
    this.cursor = new PublishQueueCursor((below) => random.nextInt(below));
    this.finder = new PublishRouteFinder(
      instance.routes,
      instance.nameServers,
      createTopicKey,
      defaultTopicQueueNums,
      logger,
    );
    this.origin = { producerGroup, createTopicKey, defaultTopicQueueNums };
  }

  /** `original` is what a selector is shown. */
  async send(
    message: PreparedMessage,
    original: Message,
    options: SendOptions,
  ): Promise<SendResult> {
    const { signal } = options;
    const timeoutMs = options.timeoutMs ?? this.settings.sendMsgTimeoutMs;
    const deadlineMs = this.instance.environment.clock.monotonicNow() + timeoutMs;
    if (signal?.aborted) throw aborted();
    const bytes = message.body.length;
    const waiting = this.gate.enter(bytes, deadlineMs, signal);
    if (waiting) await waiting;
    try {
      const known = this.instance.routes.get(message.topic);
      const route =
        known && known.publishQueues.length > 0
          ? known
          : await this.findRoute(message.topic, deadlineMs, signal);
      const chosen = this.chooseQueue(route, original, options);
      const send = { message, original, signal };
      if (chosen) return await this.try(chosen, send, this.leftMs(deadlineMs));
      return await this.sendWithRetries(route, send, deadlineMs, timeoutMs);
    } finally {
      this.gate.leave(bytes);
      if (this.drained && this.gate.inFlight === 0) this.drained();
    }
  }

  async sendOneway(
    message: PreparedMessage,
    original: Message,
    options: SendOptions,
  ): Promise<void> {
    const { clock } = this.instance.environment;
    const timeoutMs = options.timeoutMs ?? this.settings.sendMsgTimeoutMs;
    const deadlineMs = clock.monotonicNow() + timeoutMs;
    const known = this.instance.routes.get(message.topic);
    const route = known ?? (await this.findRoute(message.topic, deadlineMs, options.signal));
    const queue = this.chooseQueue(route, original, options) ?? this.nextQueue(route);
    if (!queue) throw noQueue(message.topic);
    await this.instance.sendApi.sendOneway(this.addressOf(queue), queue, message, this.origin);
  }

  async publishQueues(topic: string): Promise<readonly MessageQueue[]> {
    const route = this.instance.routes.get(topic) ?? (await this.finder.find(topic));
    return route.publishQueues;
  }

  /** Resolves once no send is under way. Sends end by themselves, by their time-outs at the latest. */
  drain(): Promise<void> {
    if (this.gate.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.drained = resolve;
    });
  }

  private async sendWithRetries(
    route: TopicRoute,
    send: Send,
    deadlineMs: number,
    timeoutMs: number,
  ): Promise<SendResult> {
    const tries = 1 + this.settings.retryTimesWhenSendFailed;
    let avoidBroker: string | undefined;
    let failure: unknown;
    let unsafe: SendResult | undefined;
    for (let attempt = 1; attempt <= tries; attempt++) {
      const queue = this.nextQueue(this.instance.routes.get(route.topic) ?? route, avoidBroker);
      if (!queue) throw noQueue(route.topic);
      const leftMs = this.leftMs(deadlineMs);
      if (leftMs <= 0) break;
      avoidBroker = queue.brokerName;
      try {
        const result = await this.try(queue, send, this.perTryMs(leftMs));
        const again = this.settings.retryAnotherBrokerWhenNotStoreOK && attempt < tries;
        if (result.sendStatus === 'SEND_OK' || !again) return result;
        unsafe = result;
      } catch (error) {
        if (!mayTryAgain(error)) throw error;
        this.refreshRouteAfter(error, route.topic);
        failure = error;
      }
    }
    if (unsafe) return unsafe;
    const timedOut = this.leftMs(deadlineMs) <= 0;
    const how = timedOut ? `within ${timeoutMs} ms` : `in ${tries} tries`;
    const why =
      failure === undefined ? 'earlier sends took that time' : `last: ${errorMessageOf(failure)}`;
    throw new ClientError(
      timedOut ? 'SEND_TIMEOUT' : 'SEND_FAILED',
      `could not send to topic ${route.topic} ${how}; ${why}`,
      { cause: failure },
    );
  }

  private nextQueue(route: TopicRoute, avoidBroker?: string): MessageQueue | undefined {
    const { faults } = this;
    return this.cursor.next(route, avoidBroker, faults && ((name) => faults.isAvailable(name)));
  }

  private try(queue: MessageQueue, send: Send, timeoutMs: number): Promise<SendResult> {
    const address = this.addressOf(queue);
    const { message, signal } = send;
    const { sendApi } = this.instance;
    const start = (): Promise<SendResult> =>
      sendApi.send(address, queue, message, this.origin, timeoutMs, signal);
    const { faults } = this;
    const observed = faults ? () => this.observeLatency(queue.brokerName, faults, start) : start;
    return this.hooks.length === 0 ? observed() : this.showToHooks(queue, send, address, observed);
  }

  private async observeLatency(
    brokerName: string,
    faults: LatencyFaults,
    start: () => Promise<SendResult>,
  ): Promise<SendResult> {
    const { clock } = this.instance.environment;
    const startMs = clock.monotonicNow();
    try {
      const result = await start();
      faults.record(brokerName, clock.monotonicNow() - startMs);
      return result;
    } catch (error) {
      if (mayTryAgain(error)) faults.record(brokerName, undefined);
      throw error;
    }
  }

  private async showToHooks(
    queue: MessageQueue,
    { message, original }: Send,
    brokerAddr: string,
    start: () => Promise<SendResult>,
  ): Promise<SendResult> {
    const { clock, logger } = this.instance.environment;
    const context: SendMessageContext = {
      producerGroup: this.origin.producerGroup,
      message: original,
      batch: message.batch,
      topic: message.topic,
      msgId: message.msgId,
      messageQueue: queue,
      brokerAddr,
      bodyLength: message.body.length,
      half: transactionTypeOf(message.sysFlag) === MessageSysFlag.TRANSACTION_PREPARED_TYPE,
      startedAtMs: Math.floor(clock.wallNow()),
    };
    runHooks(this.hooks, context, (hook, seen) => hook.sendMessageBefore?.(seen), logger);
    try {
      context.sendResult = await start();
      return context.sendResult;
    } catch (error) {
      context.error = error;
      throw error;
    } finally {
      runHooks(this.hooks, context, (hook, seen) => hook.sendMessageAfter?.(seen), logger);
    }
  }

  private findRoute(
    topic: string,
    deadlineMs: number,
    signal: AbortSignal | undefined,
  ): Promise<TopicRoute> {
    const { clock } = this.instance.environment;
    return withDeadline(this.finder.find(topic), clock, this.leftMs(deadlineMs), signal, {
      aborted,
      late: () =>
        new ClientError(
          'SEND_TIMEOUT',
          `the time of the send was over before the name server ` +
            `${this.instance.nameServers.description} told the route of topic ${topic}`,
        ),
    });
  }

  /** The queue that the caller determines; undefined when any will do. */
  private chooseQueue(
    route: TopicRoute,
    message: Message,
    { queue, selector, arg, shardingKey }: SendOptions,
  ): MessageQueue | undefined {
    if (queue) return { ...queue, topic: route.topic };
    if (!selector && shardingKey === undefined) return undefined;
    if (route.publishQueues.length === 0) throw noQueue(route.topic);
    const select = selector ?? selectMessageQueueByHash;
    const chosen = select(route.publishQueues, message, selector ? arg : shardingKey);
    if (!chosen) {
      throw new ClientError('OPTION_ILLEGAL', `the selector chose no queue of ${route.topic}`);
    }
    return chosen;
  }

  private addressOf(queue: MessageQueue): string {
    const address = this.instance.routes.brokers.masterOf(queue.brokerName);
    if (address === undefined) {
      throw new ClientError(
        'BROKER_NOT_FOUND',
        `broker ${queue.brokerName} has no master now: wait for it, or send without a fixed queue`,
      );
    }
    if (!this.vipChannel) return address;
    const colon = address.lastIndexOf(':');
    return `${address.slice(0, colon)}:${Number(address.slice(colon + 1)) - VIP_PORT_OFFSET}`;
  }

  private refreshRouteAfter(error: unknown, topic: string): void {
    const code = errorCodeOf(error);
    const { responseCode } = error as ClientError;
    const stale =
      code === 'CONNECTION_FAILED' ||
      code === 'BROKER_NOT_FOUND' ||
      (responseCode !== undefined && decisionOf(responseCode).refreshRoute);
    if (stale) this.instance.routes.refresh(topic).catch(() => undefined);
  }

  private perTryMs(leftMs: number): number {
    const mostMs = this.settings.sendMsgMaxTimeoutPerRequestMs;
    return mostMs > 0 ? Math.min(mostMs, leftMs) : leftMs;
  }

  private leftMs(deadlineMs: number): number {
    return deadlineMs - this.instance.environment.clock.monotonicNow();
  }
}

/** Another broker may take what this one did not. */
function mayTryAgain(error: unknown): boolean {
  const { responseCode } = error as ClientError;
  if (responseCode !== undefined) return decisionOf(responseCode).retry;
  switch (errorCodeOf(error)) {
    case 'CONNECTION_FAILED':
    case 'REQUEST_TIMEOUT':
    case 'BROKER_NOT_FOUND':
    case 'TOO_MANY_IN_FLIGHT':
      return true;
    default:
      return false;
  }
}

function aborted(): ClientError {
  return new ClientError('ABORTED', 'the send was aborted');
}

function noQueue(topic: string): ClientError {
  return new ClientError(
    'NO_WRITABLE_QUEUE',
    `topic ${topic} has no queue that may be written: check its permission and its brokers`,
  );
}
