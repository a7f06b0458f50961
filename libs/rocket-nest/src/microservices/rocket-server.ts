import { clearInterval, setInterval } from 'node:timers';
import { Logger } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isRequest } from '@rocket-nest/client';
import { errorMessageOf, type MessageExt } from '@rocket-nest/common';
import { RejectToDlq } from '../errors/reject-to-dlq';
import { describeMessage } from '../listener/describe-message';
import { GroupConsumer } from '../listener/group-consumer';
import { GroupPlan } from '../listener/group-plan';
import type { BoundListener, ListenerInvoke } from '../listener/listener-definition';
import { TopicCreator } from '../producer/topic-creator';
import { asError, resultOf } from './handler-result';
import { PatternTable } from './pattern-table';
import { writeReply, type Reply } from './reply';
import { RocketRpcContext } from './rocket-rpc-context';
import type { RocketServerOptions } from './rocket-transport-options';
import { ROCKETMQ } from './rocketmq-transport';
import { transportConnection, type TransportConnection } from './transport-connection';

const DEFAULT_SHUTDOWN_TIMEOUT_MS = 30_000;
const DEFAULT_TOPIC_QUEUE_NUMS = 8;
const LONGEST_TIMER_MS = 0x7fffffff;

/**
 * The transport for `NestFactory.createMicroservice(AppModule, { strategy: new RocketServer(...) })`
 * and `app.connectMicroservice`. All handlers share one consumer group. An event is acknowledged when
 * its handlers succeeded and comes again when one failed; the error of a request goes to its sender.
 */
export class RocketServer extends Server implements CustomTransportStrategy {
  override readonly transportId = ROCKETMQ;
  protected override readonly logger = new Logger('RocketServer');
  private table = new PatternTable([], undefined);
  private shared: TransportConnection | undefined;
  private consumer: GroupConsumer | undefined;
  private topics: TopicCreator | undefined;
  private keepAlive: NodeJS.Timeout | undefined;

  constructor(private readonly options: RocketServerOptions) {
    super();
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      await this.close();
      callback(error);
      return;
    }
    this._status$.next('connected');
    callback();
  }

  async close(): Promise<void> {
    const { consumer, topics, shared } = this;
    this.consumer = this.topics = undefined;
    clearInterval(this.keepAlive);
    await consumer?.shutdown(this.options.shutdownTimeoutMs ?? DEFAULT_SHUTDOWN_TIMEOUT_MS);
    await topics?.beforeApplicationShutdown();
    // Until here handlers reply.
    this.shared = undefined;
    await shared?.close();
    this._status$.next('disconnected');
  }

  on(): never {
    throw new Error('RocketServer has no events of its own; subscribe to `status`');
  }

  /** The connection, from `listen` on. */
  unwrap<T = TransportConnection['connection']>(): T {
    if (this.shared) return this.shared.connection as T;
    throw new Error('RocketServer does not listen yet: call listen or startAllMicroservices first');
  }

  private async start(): Promise<void> {
    const { consumerGroup, destinationOf } = this.options;
    this.table = new PatternTable(this.messageHandlers.keys(), destinationOf);
    this.shared = transportConnection(this.options);
    const { connection } = this.shared;
    const subscriptions = this.table.subscriptions();
    await this.ensureTopics(this.shared, [...subscriptions.keys()]);
    if (subscriptions.size === 0) {
      this.logger.warn('no @EventPattern or @MessagePattern was found: nothing is consumed');
      return;
    }
    const listeners = [...subscriptions].map(([topic, tags]) => this.listenerOf(topic, tags));
    const plan = new GroupPlan(consumerGroup, listeners);
    const client = await connection.clientOptions();
    this.consumer = new GroupConsumer(plan, client, connection.dependencies, this.logger);
    await this.consumer.start();
    if (process.env['NODE_ENV'] !== 'test') {
      this.keepAlive = setInterval(() => undefined, LONGEST_TIMER_MS);
    }
  }

  private async ensureTopics(
    { connection }: TransportConnection,
    topics: readonly string[],
  ): Promise<void> {
    const { ensureTopics: queueNums = DEFAULT_TOPIC_QUEUE_NUMS } = this.options;
    if (queueNums === false) return;
    const ensureTopics = topics.map((topic) => ({ topic, queueNums }));
    this.topics = new TopicCreator({ ensureTopics }, connection);
    await this.topics.onModuleInit();
  }

  /** One listener a topic; which handler a message is for is found out when it is here. */
  private listenerOf(topic: string, selectorExpression: string): BoundListener {
    const { consumerGroup, listenerWrappers } = this.options;
    const definition = {
      id: topic,
      place: `patterns of ${topic}`,
      connection: this.transport.connection.name,
      consumerGroup,
      options: { ...this.consumerOptions, topic, consumerGroup, selectorExpression },
      metatype: RocketServer,
      methodName: 'handle',
      prototypeMethod: (): undefined => undefined,
      instance: this,
    };
    const handle = (message: MessageExt): Promise<unknown> => this.handle(message);
    // Microservices usually start before the modules that add wrappers are initialized.
    let wrapped: ListenerInvoke | undefined;
    return {
      ...definition,
      invoke: (message, context) => {
        wrapped ??= listenerWrappers?.around(definition, handle) ?? handle;
        return wrapped(message, context);
      },
      invokeBatch: () => Promise.reject(new Error('patterns take no batches')),
    };
  }

  private get consumerOptions(): Pick<
    RocketServerOptions,
    'concurrency' | 'consumeMode' | 'messageModel' | 'consumeFromWhere' | 'maxReconsumeTimes'
  > {
    const {
      concurrency,
      consumeMode,
      messageModel,
      consumeFromWhere,
      consumeTimestampMs,
      maxReconsumeTimes,
      poisonPolicy,
      pullBatchSize,
      consumeTimeoutMs,
      suspendCurrentQueueTimeMs,
    } = this.options;
    return {
      ...{ concurrency, consumeMode, messageModel, consumeFromWhere, consumeTimestampMs },
      ...{ maxReconsumeTimes, poisonPolicy, pullBatchSize, consumeTimeoutMs },
      ...{ suspendCurrentQueueTimeMs },
    };
  }

  /** Returns what an event's handler gave last; throws what it failed with. */
  private async handle(message: MessageExt): Promise<unknown> {
    const pattern = this.table.patternOf(message);
    const handler = pattern === undefined ? undefined : this.messageHandlers.get(pattern);
    if (pattern === undefined || !handler) {
      this.logger.warn(`no pattern takes ${this.describe(message)}; it is acknowledged`);
      return undefined;
    }
    const data = this.decode(message);
    const context = new RocketRpcContext([message, pattern]);
    const result = await this.called(handler, data, context);
    const answers = isRequest(message) && !handler.isEventHandler;
    if (answers) await this.reply(message, result);
    this.onProcessingEndHook?.(this.transportId, context);
    if (answers) return undefined;
    if (!result.values) throw asError(result.error);
    return result.values.at(-1);
  }

  /** What the handler did; a hook of the application decides when it runs. */
  private called(
    handler: MessageHandler,
    data: unknown,
    context: RocketRpcContext,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const call = async (): Promise<void> => {
        try {
          resolve(await resultOf(this.transformToObservable(await handler(data, context))));
        } catch (error) {
          resolve({ error });
        }
      };
      const hooked = this.onProcessingStartHook(this.transportId, context, call) as unknown;
      Promise.resolve(hooked).catch(reject);
    });
  }

  /** A requester that is gone does not make the request come again: the handler did its work. */
  private async reply(request: MessageExt, reply: Reply): Promise<void> {
    const { payload, headers } = writeReply(reply);
    try {
      await this.transport.producer.reply(request, payload, { headers });
    } catch (error) {
      this.logger.warn(`could not reply to ${this.describe(request)}: ${errorMessageOf(error)}`);
    }
  }

  /** A body that cannot be read never becomes readable. */
  private decode(message: MessageExt): unknown {
    try {
      return this.transport.producer.decode(message);
    } catch (error) {
      throw new RejectToDlq(`cannot read the body: ${errorMessageOf(error)}`);
    }
  }

  private describe(message: MessageExt): string {
    return describeMessage(message, this.options.consumerGroup);
  }

  private get transport(): TransportConnection {
    if (this.shared) return this.shared;
    throw new Error('RocketServer is closed');
  }
}
