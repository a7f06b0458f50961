import {
  createSubscriptionGroupConfig,
  dlqTopicOf,
  retryTopicOf,
  validateGroup,
  withNamespace,
  type MessageQueue,
  type SubscriptionGroupConfig,
} from '@rocket-nest/common';
import type {
  ConsumeMessageDirectlyResult,
  ConsumerConnection,
  ConsumerRunningInfo,
  ConsumeStats,
} from '@rocket-nest/remoting';
import { ClientError } from '../errors/client-error';
import { QueueOffsets } from '../route/queue-offsets';
import { mastersOf, type AdminContext } from './admin-context';

/** Where a group is made, and how. */
export interface CreateGroupOptions extends Partial<Omit<SubscriptionGroupConfig, 'groupName'>> {
  /** On the masters of this cluster. Default: of all clusters. */
  clusterName?: string;
}

export interface DeleteGroupOptions {
  clusterName?: string;
  /** Forgets its offsets, and deletes its retry and dead letter topics. Default false. */
  cleanOffset?: boolean;
}

/** Looks after consumer groups. */
export class GroupAdmin {
  constructor(
    private readonly context: AdminContext,
    private readonly deleteTopic: (topic: string, clusterName?: string) => Promise<void>,
  ) {}

  /** Makes a group, or changes it. */
  async create(group: string, options: CreateGroupOptions = {}): Promise<void> {
    const problem = validateGroup(group);
    if (problem) throw new ClientError('GROUP_ILLEGAL', problem.message);
    const { clusterName, ...config } = options;
    const groupConfig = createSubscriptionGroupConfig(this.wired(group), config);
    const masters = await mastersOf(this.context, clusterName, `creating group ${group}`);
    await Promise.all(masters.map((master) => this.api.createGroup(master, groupConfig)));
  }

  async delete(group: string, options: DeleteGroupOptions = {}): Promise<void> {
    const { clusterName, cleanOffset = false } = options;
    const name = this.wired(group);
    const masters = await mastersOf(this.context, clusterName, `deleting group ${group}`);
    await Promise.all(masters.map((master) => this.api.deleteGroup(master, name, cleanOffset)));
    if (!cleanOffset) return;
    for (const topic of [retryTopicOf(name), dlqTopicOf(name)]) {
      await this.deleteTopic(topic, clusterName);
    }
  }

  /** Every group that a master keeps, by name with namespace; groups of the system included. */
  async list(clusterName?: string): Promise<Map<string, SubscriptionGroupConfig>> {
    const masters = await mastersOf(this.context, clusterName, 'listing groups');
    const found = await Promise.all(masters.map((master) => this.api.groups(master)));
    return new Map(found.flatMap((groups) => [...groups]));
  }

  /** The live members of a group as brokers of the topic (default: all) know them; none: undefined. */
  async connection(group: string): Promise<ConsumerConnection | undefined> {
    const masters = await mastersOf(this.context, undefined, `listing members of ${group}`);
    const found = await Promise.all(
      masters.map((master) => this.api.connections(master, this.wired(group))),
    );
    const online = found.filter((connection) => connection !== undefined);
    const clients = new Map(
      online.flatMap(({ connectionSet }) =>
        connectionSet.map((client) => [client.clientId, client] as const),
      ),
    );
    return online[0] && { ...online[0], connectionSet: [...clients.values()] };
  }

  /** How far the group is on each queue, of one topic or of all that it consumes. */
  async consumeStats(group: string, topic?: string): Promise<ConsumeStats> {
    const masters = await mastersOf(this.context, undefined, `reading the progress of ${group}`);
    const wiredTopic = topic === undefined ? undefined : this.wired(topic);
    const found = await Promise.all(
      masters.map((master) => this.api.consumeStats(master, this.wired(group), wiredTopic)),
    );
    return {
      consumeTps: found.reduce((sum, stats) => sum + stats.consumeTps, 0),
      offsetTable: found.flatMap((stats) => stats.offsetTable),
    };
  }

  /** What a live member tells of itself. */
  async runningInfo(group: string, clientId: string): Promise<ConsumerRunningInfo> {
    const ask = (master: string): Promise<ConsumerRunningInfo> =>
      this.api.runningInfo(master, this.wired(group), clientId);
    return this.firstThatAnswers(`asking ${clientId}`, ask);
  }

  /** Has a live member consume a message now. `offsetMsgId` tells where the message is stored. */
  async consumeMessageDirectly(
    group: string,
    clientId: string,
    topic: string,
    offsetMsgId: string,
  ): Promise<ConsumeMessageDirectlyResult> {
    return this.firstThatAnswers(`having ${offsetMsgId} consumed`, (master) =>
      this.api.consumeDirectly(master, {
        consumerGroup: this.wired(group),
        clientId,
        topic: this.wired(topic),
        msgId: offsetMsgId,
      }),
    );
  }

  /**
   * Has a group go on with the messages stored at `timestampMs` or later (-1: with those to come),
   * whether it is live or not. Gives the new offsets.
   */
  async resetOffsetByTimestamp(
    group: string,
    topic: string,
    timestampMs: number,
  ): Promise<(readonly [MessageQueue, number])[]> {
    const offsets = new QueueOffsets(this.context.instance, this.context.namespace);
    const queues = await offsets.subscribeQueues(topic);
    const byBroker = new Map<string, MessageQueue[]>();
    for (const queue of queues) {
      byBroker.set(queue.brokerName, [...(byBroker.get(queue.brokerName) ?? []), queue]);
    }
    const reset = await Promise.all(
      [...byBroker.values()].map(async (own) => {
        const { address } = await offsets.locate(own[0]);
        const live = await this.api.resetOffsets(address, {
          group: this.wired(group),
          topic: this.wired(topic),
          timestamp: timestampMs,
          isForce: true,
        });
        return live ?? this.resetOffline(offsets, this.wired(group), own, timestampMs);
      }),
    );
    return reset.flat();
  }

  private resetOffline(
    offsets: QueueOffsets,
    group: string,
    queues: readonly MessageQueue[],
    timestampMs: number,
  ): Promise<(readonly [MessageQueue, number])[]> {
    const { consumerApi } = this.context.instance;
    return Promise.all(
      queues.map(async (queue) => {
        const { address } = await offsets.locate(queue);
        const offset =
          timestampMs < 0 ? await offsets.max(queue) : await offsets.search(queue, timestampMs);
        await consumerApi.updateOffset(address, group, queue, offset);
        return [queue, offset] as const;
      }),
    );
  }

  /** A member may be connected to some brokers only. */
  private async firstThatAnswers<T>(what: string, ask: (master: string) => Promise<T>): Promise<T> {
    let failure: unknown;
    for (const master of await mastersOf(this.context, undefined, what)) {
      try {
        return await ask(master);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  private get api(): AdminContext['instance']['groupAdminApi'] {
    return this.context.instance.groupAdminApi;
  }

  private wired(name: string): string {
    return withNamespace(this.context.namespace, name);
  }
}
