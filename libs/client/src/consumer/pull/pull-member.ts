import type { ConsumerData, ConsumerRunningInfo } from '@rocket-nest/remoting';
import type { ConsumerMember } from '../../instance/client-members';
import type { MessageModel } from '../message-model';

/** A pull consumer as its client instance sees it: in its group, but without queues of its own. */
export class PullMember implements ConsumerMember {
  constructor(
    readonly consumerGroup: string,
    private readonly messageModel: MessageModel,
    private readonly startTimeMs: number,
    private readonly nameServers: () => string,
  ) {}

  topics(): Iterable<string> {
    return [];
  }

  consumerData(): ConsumerData {
    return {
      groupName: this.consumerGroup,
      consumeType: 'CONSUME_ACTIVELY',
      messageModel: this.messageModel,
      consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
      subscriptionDataSet: [],
      unitMode: false,
    };
  }

  rebalanceSoon(): void {}

  resetOffsets(): Promise<void> {
    return Promise.resolve();
  }

  consumedOffsets(): [] {
    return [];
  }

  runningInfo(): ConsumerRunningInfo {
    return {
      properties: new Map([
        ['PROP_CONSUME_TYPE', 'CONSUME_ACTIVELY'],
        ['PROP_CONSUMER_START_TIMESTAMP', String(Math.floor(this.startTimeMs))],
        ['PROP_NAMESERVER_ADDR', `${this.nameServers()};`],
        ['PROP_CLIENT_VERSION', 'V5_5_0'],
      ]),
      subscriptionSet: [],
      mqTable: [],
      mqPopTable: [],
      statusTable: new Map(),
      userConsumerInfo: new Map(),
    };
  }
}
