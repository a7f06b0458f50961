import { Injectable, Logger } from '@nestjs/common';
import type { ClientOptions } from '@rocket-nest/client';
import { retryTopicOf } from '@rocket-nest/common';
import type { RocketConnection } from '../connection/rocket-connection';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { RocketModuleOptions } from '../rocket-module-options';
import type { BoundListener } from './listener-definition';
import type { GroupStatus, ListenerState } from './listener-state';
import type { ListenerWrappers } from './listener-wrappers';
import { GroupConsumer } from './group-consumer';
import { GroupPlan } from './group-plan';

const DEFAULT_SHUTDOWN_TIMEOUT_MS = 30_000;
const LONGEST_TIMER_MS = 0x7fffffff;

/** A consumer group of this connection. */
interface Group {
  readonly plan: GroupPlan;
  /** By listener id. */
  readonly states: Map<string, ListenerState['state']>;
  /** Undefined while none of its listeners was started. */
  consumer: GroupConsumer | undefined;
  /** Starts and stops follow one another. */
  change: Promise<void>;
}

/** The listeners of one connection: starts, stops, pauses and resumes them by their ids. */
@Injectable()
export class ListenerRegistrar {
  private readonly logger = new Logger('RocketListener');
  private groups: Group[] = [];
  private keepAlive: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(
    private readonly options: RocketModuleOptions,
    private readonly connection: RocketConnection,
    private readonly wrappers: ListenerWrappers,
  ) {}

  /** Takes the connection's listeners and starts those that are to; called once, by the module. */
  async startAll(listeners: readonly BoundListener[]): Promise<void> {
    if (this.options.enabled === false) return;
    this.warnOfUnknownIds(listeners);
    this.groups = planGroups(listeners.map((listener) => this.wrapped(listener)));
    await Promise.all(
      this.groups.map(async (group) => {
        const ids = group.plan.listeners
          .filter(({ options }) => options.autoStart !== false)
          .map(({ id }) => id);
        if (ids.length > 0) await this.startGroup(group, ids);
      }),
    );
    if (this.groups.length === 0) return;
    if (this.connection.keepProcessAlive) {
      this.keepAlive = setInterval(() => undefined, LONGEST_TIMER_MS);
    }
  }

  /** What each listener does now. */
  listeners(): ListenerState[] {
    return this.groups.flatMap(({ plan, states, consumer }) => {
      const queues = consumer?.queueStatuses() ?? [];
      const retryTopic = retryTopicOf(plan.consumerGroup);
      return plan.listeners.map(({ id, place, connection, consumerGroup, options }) => ({
        id,
        place,
        connection,
        consumerGroup,
        topic: options.topic,
        state: states.get(id)!,
        queues: queues.filter(({ messageQueue: { topic } }) => {
          return topic === options.topic || topic === retryTopic;
        }),
      }));
    });
  }

  /** What each consumer group does now. */
  statuses(): GroupStatus[] {
    return this.groups.map(({ plan, states, consumer }) => ({
      consumerGroup: plan.consumerGroup,
      listenerIds: [...states.keys()],
      paused: ![...states.values()].includes('running'),
      queues: consumer?.queueStatuses() ?? [],
    }));
  }

  /** Starts a listener that was stopped, or has `autoStart: false`. Nothing happens when it runs. */
  async start(listenerId: string): Promise<void> {
    const group = this.groupOf(listenerId);
    if (this.ended)
      throw new RocketConfigError(`'${listenerId}' cannot start: the application ends`);
    if (group.states.get(listenerId) === 'stopped') await this.startGroup(group, [listenerId]);
  }

  /**
   * Stops a listener: waits for its handlers, no longer than `shutdownTimeoutMs`, and leaves the
   * group. Where other listeners of the group go on, it is paused instead, as `pause` does.
   */
  async stop(listenerId: string): Promise<void> {
    const group = this.groupOf(listenerId);
    group.states.set(listenerId, 'stopped');
    const { consumer } = group;
    if ([...group.states.values()].some((state) => state !== 'stopped')) {
      consumer?.pause(listenerId);
      return;
    }
    group.consumer = undefined;
    group.change = group.change.then(() => consumer?.shutdown(this.shutdownTimeoutMs));
    await group.change;
  }

  /**
   * Gives a listener no more messages until `resume`; handlers that run go on. Other listeners of the
   * same group and topic wait with it, and so do the retries of the whole group.
   */
  pause(listenerId: string): void {
    const group = this.groupOf(listenerId);
    if (group.states.get(listenerId) !== 'running') return;
    group.states.set(listenerId, 'paused');
    group.consumer?.pause(listenerId);
  }

  /** Goes on after `pause`. */
  resume(listenerId: string): void {
    const group = this.groupOf(listenerId);
    if (group.states.get(listenerId) !== 'paused') return;
    group.states.set(listenerId, 'running');
    group.consumer?.resume(listenerId);
  }

  /** Stops all: no more pulls, running handlers are waited for, offsets stored, queues unlocked. */
  async shutdown(): Promise<void> {
    this.ended = true;
    clearInterval(this.keepAlive);
    await Promise.all(
      this.groups.map(async (group) => {
        for (const id of group.states.keys()) group.states.set(id, 'stopped');
        await group.change.catch(() => undefined);
        const { consumer } = group;
        group.consumer = undefined;
        await consumer?.shutdown(this.shutdownTimeoutMs);
      }),
    );
  }

  private get shutdownTimeoutMs(): number {
    return this.options.shutdownTimeoutMs ?? DEFAULT_SHUTDOWN_TIMEOUT_MS;
  }

  private wrapped(listener: BoundListener): BoundListener {
    return listener.options.batch
      ? { ...listener, invokeBatch: this.wrappers.aroundBatch(listener, listener.invokeBatch) }
      : { ...listener, invoke: this.wrappers.around(listener, listener.invoke) };
  }

  private async startGroup(group: Group, ids: readonly string[]): Promise<void> {
    for (const id of ids) group.states.set(id, 'running');
    const before = group.change;
    group.change = (async () => {
      await before.catch(() => undefined);
      if (group.consumer) {
        for (const id of ids) group.consumer.resume(id);
        return;
      }
      const client = await this.connection.clientOptions();
      await this.join(group, client);
    })();
    await group.change;
    for (const id of ids) {
      const { place, options } = group.plan.listeners.find((each) => each.id === id)!;
      this.logger.log(
        `listener '${id}' (${place}) consumes ${options.topic} as group ${group.plan.consumerGroup}`,
      );
    }
  }

  private async join(group: Group, client: ClientOptions): Promise<void> {
    const { dependencies } = this.connection;
    const consumer = new GroupConsumer(group.plan, client, dependencies, this.logger);
    group.consumer = consumer;
    const waiting = [...group.states].filter(([, state]) => state !== 'running');
    try {
      await consumer.start(waiting.map(([id]) => id));
    } catch (error) {
      group.consumer = undefined;
      throw error;
    }
  }

  private warnOfUnknownIds(listeners: readonly BoundListener[]): void {
    const ids = listeners.map((listener) => listener.id);
    for (const id of Object.keys(this.options.listeners ?? {})) {
      if (ids.includes(id)) continue;
      this.logger.warn(
        `'listeners.${id}' names no listener that runs; those are ${ids.join(', ')}`,
      );
    }
  }

  private groupOf(listenerId: string): Group {
    const found = this.groups.find((group) => group.states.has(listenerId));
    if (found) return found;
    const ids = this.groups.flatMap((group) => [...group.states.keys()]);
    throw new RocketConfigError(
      `no listener of this connection has the id '${listenerId}'; those are ${ids.join(', ') || 'none'}`,
    );
  }
}

function planGroups(listeners: readonly BoundListener[]): Group[] {
  const byGroup = new Map<string, BoundListener[]>();
  for (const listener of listeners) {
    const { consumerGroup } = listener;
    byGroup.set(consumerGroup, [...(byGroup.get(consumerGroup) ?? []), listener]);
  }
  return [...byGroup].map(([group, members]) => ({
    plan: new GroupPlan(group, members),
    states: new Map(members.map(({ id }) => [id, 'stopped'])),
    consumer: undefined,
    change: Promise.resolve(),
  }));
}
