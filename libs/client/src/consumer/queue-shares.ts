import type { MessageQueue } from '@rocket-nest/common';
import { ClientError } from '../errors/client-error';
import type { ConsumerRuntime } from './consumer-runtime';

/** Works out which queues of a topic are a consumer's own. */
export interface QueueShares {
  /** Rejects when that cannot be found out now. */
  of(topic: string, all: readonly MessageQueue[]): Promise<readonly MessageQueue[]>;
}

/** The share that the group's strategy gives; all queues when broadcasting. */
export class GroupQueueShares implements QueueShares {
  constructor(private readonly runtime: ConsumerRuntime) {}

  async of(topic: string, all: readonly MessageQueue[]): Promise<readonly MessageQueue[]> {
    const { instance, settings, consumerGroup } = this.runtime;
    if (settings.messageModel === 'BROADCASTING') return all;
    return settings.allocateMessageQueueStrategy.allocate({
      consumerGroup,
      currentClientId: instance.clientId,
      messageQueues: all,
      clientIds: await this.members(topic),
    });
  }

  /** The group's members as a broker of the topic knows them, sorted. */
  private async members(topic: string): Promise<string[]> {
    const { instance, consumerGroup } = this.runtime;
    const route = instance.routes.get(topic);
    const names = (route?.data.brokerDatas ?? []).map((broker) => broker.brokerName);
    const start = names.length > 0 ? instance.environment.random.nextInt(names.length) : 0;
    let failure: unknown = new ClientError('BROKER_NOT_FOUND', `topic ${topic} has no broker now`);
    for (let step = 0; step < names.length; step++) {
      const name = names[(start + step) % names.length];
      const address = instance.routes.brokers.readable(name)?.address;
      if (address === undefined) continue;
      try {
        let ids = await instance.consumerApi.consumerIds(address, consumerGroup);
        if (!ids.includes(instance.clientId)) {
          // A broker that was restarted has forgotten us until it is told again.
          await instance.heartbeats.sendTo(address);
          ids = await instance.consumerApi.consumerIds(address, consumerGroup);
        }
        return [...ids].sort((a, b) => (a < b ? -1 : 1));
      } catch (error) {
        failure = error;
        await instance.heartbeats.sendTo(address);
      }
    }
    throw failure;
  }
}
