import { retryTopicOf, validateGroup, validateTopic, withNamespace } from '@rocket-nest/common';
import { clientSettings, type ClientDependencies } from '../config/client-options';
import { ClientError } from '../errors/client-error';
import { ClientRegistry } from '../instance/client-registry';
import type { MQClientInstance } from '../instance/mq-client-instance';
import { ConsumeHooks } from './consume-hooks';
import { checkConsumerSettings } from './consumer-options.check';
import {
  consumerSettings,
  type ConsumerSettings,
  type PushConsumerOptions,
} from './consumer-options';
import type { MessageListener } from './message-listener';
import { PushConsumerCore } from './push-consumer-core';
import type { QueueStatus } from './queue-status';
import { createSubscription, type MessageSelector, type Subscription } from './subscription';

/** The instance name of a broadcasting consumer: its local offsets are found again by it. */
const BROADCAST_INSTANCE_NAME = 'DEFAULT';

/**
 * Receives the messages of a group's topics and hands them to its listener. Delivery is at least
 * once: a message comes again when its call failed, took too long, or the process ended before the
 * offset was stored.
 */
export class DefaultMQPushConsumer {
  /** With its namespace, as on the wire. */
  readonly consumerGroup: string;
  private readonly registry: ClientRegistry;
  private readonly settings: ConsumerSettings;
  private readonly subscriptions = new Map<string, Subscription>();
  private listener: MessageListener | undefined;
  private state: 'created' | 'running' | 'stopped' = 'created';
  private instance: MQClientInstance | undefined;
  private core: PushConsumerCore | undefined;
  private hooks: ConsumeHooks | undefined;

  constructor(
    private readonly options: PushConsumerOptions,
    dependencies: ClientDependencies = {},
  ) {
    const problem = validateGroup(options.consumerGroup);
    if (problem) throw new ClientError('GROUP_ILLEGAL', problem.message);
    this.settings = consumerSettings(options);
    checkConsumerSettings(this.settings);
    this.consumerGroup = withNamespace(options.namespace, options.consumerGroup);
    this.registry = dependencies.registry ?? new ClientRegistry(dependencies);
  }

  /**
   * Takes messages of a topic, before or after `start`.
   *
   * @param filter tags as `TagA || TagB`, `*` (the default) for all, or another selector
   */
  subscribe(topic: string, filter?: string | MessageSelector): void {
    const problem = validateTopic(topic);
    if (problem) throw new ClientError('TOPIC_ILLEGAL', problem.message);
    this.addSubscription(withNamespace(this.options.namespace, topic), filter);
    this.core?.subscriptionsChanged();
  }

  /** Takes no more messages of a topic. */
  unsubscribe(topic: string): void {
    this.subscriptions.delete(withNamespace(this.options.namespace, topic));
    this.core?.subscriptionsChanged();
  }

  /** Sets what handles messages; its kind decides between concurrent and orderly. */
  registerMessageListener(listener: MessageListener): void {
    if (this.state !== 'created') {
      throw new ClientError('ALREADY_STARTED', 'register the listener before start()');
    }
    this.listener = listener;
  }

  /**
   * Joins the group. Resolves once the brokers know this member and its first queues are assigned;
   * what cannot be reached then is tried again in the background and logged.
   */
  async start(): Promise<void> {
    const { listener } = this;
    if (this.state !== 'created') {
      throw new ClientError('ALREADY_STARTED', `consumer ${this.consumerGroup} was started before`);
    }
    if (!listener) {
      throw new ClientError(
        'OPTION_ILLEGAL',
        'registerMessageListener must be called before start',
      );
    }
    if (this.settings.messageModel === 'CLUSTERING') {
      this.addSubscription(retryTopicOf(this.consumerGroup), undefined);
    }
    const broadcasting = this.settings.messageModel === 'BROADCASTING';
    const settings = clientSettings({
      ...this.options,
      instanceName:
        this.options.instanceName ?? (broadcasting ? BROADCAST_INSTANCE_NAME : undefined),
    });
    const instance = this.registry.acquire(settings);
    try {
      this.hooks = new ConsumeHooks(instance, this.consumerGroup, this.options);
      const core = new PushConsumerCore(
        instance,
        this.consumerGroup,
        this.options.namespace,
        this.settings,
        this.subscriptions,
        listener,
        this.hooks.list,
      );
      instance.registerConsumer(core);
      this.instance = instance;
      this.core = core;
      this.state = 'running';
    } catch (error) {
      await this.hooks?.shutdown();
      await this.registry.release(instance);
      throw error;
    }
    try {
      await this.core.start();
    } catch (error) {
      await this.shutdown(0);
      throw error;
    }
  }

  /**
   * Leaves the group in order: pulls no more, waits for the calls that run (no longer than
   * `timeoutMs`), stores offsets, gives queue locks back, tells the brokers. Messages that no call
   * had begun with are delivered to other members.
   */
  async shutdown(timeoutMs = this.settings.awaitTerminationMsWhenShutdown): Promise<void> {
    if (this.state !== 'running') return;
    this.state = 'stopped';
    await this.core!.shutdown(timeoutMs);
    await this.hooks?.shutdown();
    await this.instance!.unregisterConsumer(this.consumerGroup);
    await this.registry.release(this.instance!);
  }

  /** Pulls no more until `resume`; what was pulled is still delivered. */
  suspend(): void {
    this.core?.suspend();
  }

  /** Ends `suspend` and `suspendTopic`. */
  resume(): void {
    this.core?.resume();
  }

  /**
   * Pulls no more of one topic until `resumeTopic` or `resume`, and begins no calls with messages of
   * it that were pulled before; those that run go on. For use while running.
   */
  suspendTopic(topic: string): void {
    this.core?.suspendTopic(withNamespace(this.options.namespace, topic));
  }

  resumeTopic(topic: string): void {
    this.core?.resumeTopic(withNamespace(this.options.namespace, topic));
  }

  /** The queues that this member works on now. */
  queueStatuses(): QueueStatus[] {
    return this.core?.queueStatuses() ?? [];
  }

  private addSubscription(topic: string, filter: string | MessageSelector | undefined): void {
    const known = this.subscriptions.get(topic)?.subVersion ?? 0;
    const nowMs = Math.floor(this.registry.environment.clock.wallNow());
    const version = Math.max(nowMs, known + 1);
    this.subscriptions.set(topic, createSubscription(topic, filter, version));
  }
}
