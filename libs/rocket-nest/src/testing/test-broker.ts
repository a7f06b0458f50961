import { isDlqTopic, isRetryTopic, type Clock } from '@rocket-nest/common';
import type { Standalone, StandaloneOptions } from '@rocket-nest/standalone';
import type { VisibleRecord } from './stored-message-recorder';

/** Queues of a topic that is made for a listener, as many as a first message would make. */
const TOPIC_QUEUES = 4;
const DEFAULT_TOPIC = 'TBW102';
const READ_WRITE = 6;

type Broker = NonNullable<Standalone['broker']>;

/** What a test broker is made with. */
export interface TestBrokerOptions {
  readonly clock: Clock;
  /** Properties of broker.conf. */
  readonly brokerProperties: Readonly<Record<string, string>>;
  /** Told of every record that becomes visible, before its sender has the answer. */
  readonly onRecord: (record: VisibleRecord) => void;
}

/** A name server and a broker in this process, looked at from inside. */
export class TestBroker {
  private constructor(
    private readonly standalone: Standalone,
    private readonly broker: Broker,
    readonly namesrvAddr: string,
    readonly folder: string,
  ) {}

  static async start(options: TestBrokerOptions): Promise<TestBroker> {
    const { clock, brokerProperties, onRecord } = options;
    // A native import() fails inside Jest, so the optional part is loaded by require.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { Standalone: Servers } = require('@rocket-nest/standalone') as {
      Standalone: new (options: StandaloneOptions) => Standalone;
    };
    const standalone = new Servers({ clock, brokerProperties });
    const { namesrvAddr, folder } = await standalone.start();
    const broker = standalone.broker as Broker;
    broker.messageStore.addDispatcher({ dispatch: onRecord });
    return new TestBroker(standalone, broker, namesrvAddr, folder);
  }

  /**
   * Makes the topic of a listener at once. Without it the listener would look for a topic that
   * appears later in growing steps of up to ten seconds.
   */
  ensureTopic(topic: string): void {
    const topics = this.broker.topicConfigManager;
    if (isRetryTopic(topic)) return;
    if (isDlqTopic(topic)) {
      topics.createTopicInSendMessageBackMethod(topic, 1, READ_WRITE);
      return;
    }
    topics.createTopicInSendMessageMethod({
      topic,
      defaultTopic: DEFAULT_TOPIC,
      clientDefaultTopicQueueNums: TOPIC_QUEUES,
      remoteAddress: 'the test harness',
      topicSysFlag: 0,
    });
  }

  /** What is on its way between store and listeners, by name; empty when all have taken theirs. */
  *unfinished(): Generator<string> {
    const { scheduleMessageService, consumerManager } = this.broker;
    if (scheduleMessageService.isDelivering) yield 'a delayed message';
    for (const group of consumerManager.groupNames) {
      const subscriptions = consumerManager.getConsumerGroupInfo(group)?.subscriptionTable;
      for (const topic of subscriptions?.keys() ?? []) yield* this.unread(group, topic);
    }
  }

  stop(): Promise<void> {
    return this.standalone.shutdown();
  }

  private *unread(group: string, topic: string): Generator<string> {
    const { messageStore, topicConfigManager, pullRequestHoldService } = this.broker;
    const queues = topicConfigManager.selectTopicConfig(topic)?.readQueueNums ?? 0;
    let waiting = 0;
    for (let queueId = 0; queueId < queues; queueId++) {
      // A consumer that has taken everything waits for more.
      if (pullRequestHoldService.isWaiting(group, topic, queueId)) waiting++;
      else if (messageStore.maxOffsetInQueue(topic, queueId) > 0) {
        yield `queue ${queueId} of ${topic} for ${group}`;
      }
    }
    // A group's retry topic is found a moment after its start, and not needed before.
    if (queues > 0 && waiting === 0 && !isRetryTopic(topic))
      yield `queues of ${topic} for ${group}`;
  }
}
