import {
  PermName,
  SystemTopic,
  SYSTEM_TOPIC_PREFIX,
  createTopicConfig,
  replyTopicOf,
  reviveTopicOf,
} from '@rocket-nest/common';
import type { TopicConfig } from '@rocket-nest/common';

const READ_WRITE = PermName.PERM_READ | PermName.PERM_WRITE;

/** Queues of the topic that load tools use. */
const BENCHMARK_TOPIC_QUEUES = 1024;
/** Queues of the topic named like the cluster, as the original has them. */
const CLUSTER_TOPIC_QUEUES = 16;
/** One queue per delay level. */
const SCHEDULE_TOPIC_QUEUES = 18;

/** The settings that decide which system topics a broker has, and how wide they are. */
export interface SystemTopicSettings {
  readonly brokerName: string;
  readonly brokerClusterName: string;
  readonly autoCreateTopicEnable: boolean;
  readonly defaultTopicQueueNums: number;
  readonly clusterTopicEnable: boolean;
  readonly brokerTopicEnable: boolean;
  readonly traceTopicEnable: boolean;
  readonly msgTraceTopicName: string;
  readonly reviveQueueNum: number;
}

/** Topics that every broker has, made when they are missing from its file. */
export function systemTopicsOfBroker(settings: SystemTopicSettings): TopicConfig[] {
  const topics = [
    topic(SystemTopic.SELF_TEST_TOPIC, 1),
    topic(SystemTopic.BENCHMARK_TOPIC, BENCHMARK_TOPIC_QUEUES),
    topic(
      settings.brokerClusterName,
      CLUSTER_TOPIC_QUEUES,
      PermName.PERM_INHERIT | (settings.clusterTopicEnable ? READ_WRITE : 0),
    ),
    topic(
      settings.brokerName,
      1,
      PermName.PERM_INHERIT | (settings.brokerTopicEnable ? READ_WRITE : 0),
    ),
    topic(SystemTopic.OFFSET_MOVED_EVENT, 1),
    topic(SystemTopic.SCHEDULE_TOPIC, SCHEDULE_TOPIC_QUEUES),
    topic(replyTopicOf(settings.brokerClusterName), 1),
    topic(reviveTopicOf(settings.brokerClusterName), settings.reviveQueueNum),
    topic(
      `${SYSTEM_TOPIC_PREFIX}SYNC_BROKER_MEMBER_${settings.brokerName}`,
      1,
      PermName.PERM_INHERIT,
    ),
    topic(SystemTopic.TRANS_HALF_TOPIC, 1),
    topic(SystemTopic.TRANS_OP_HALF_TOPIC, 1),
    topic(SystemTopic.TRANS_CHECK_MAX_TIME_TOPIC, 1),
    topic(SystemTopic.TIMER_TOPIC, 1),
  ];
  if (settings.autoCreateTopicEnable) {
    topics.push(
      topic(
        SystemTopic.AUTO_CREATE_TOPIC_KEY_TOPIC,
        settings.defaultTopicQueueNums,
        PermName.PERM_INHERIT | READ_WRITE,
      ),
    );
  }
  if (settings.traceTopicEnable) topics.push(topic(settings.msgTraceTopicName, 1));
  return topics;
}

function topic(name: string, queues: number, perm: number = READ_WRITE): TopicConfig {
  return createTopicConfig(name, { readQueueNums: queues, writeQueueNums: queues, perm });
}
