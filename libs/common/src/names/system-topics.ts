/** Topics that the servers use themselves. */
export const SystemTopic = {
  AUTO_CREATE_TOPIC_KEY_TOPIC: 'TBW102',
  SCHEDULE_TOPIC: 'SCHEDULE_TOPIC_XXXX',
  BENCHMARK_TOPIC: 'BenchmarkTest',
  TRANS_HALF_TOPIC: 'RMQ_SYS_TRANS_HALF_TOPIC',
  TRANS_OP_HALF_TOPIC: 'RMQ_SYS_TRANS_OP_HALF_TOPIC',
  TRANS_CHECK_MAX_TIME_TOPIC: 'TRANS_CHECK_MAX_TIME_TOPIC',
  ROCKSDB_TRANS_HALF_TOPIC: 'RMQ_SYS_ROCKSDB_TRANS_HALF_TOPIC',
  ROCKSDB_TRANS_OP_HALF_TOPIC: 'RMQ_SYS_ROCKSDB_TRANS_OP_HALF_TOPIC',
  TRACE_TOPIC: 'RMQ_SYS_TRACE_TOPIC',
  SELF_TEST_TOPIC: 'SELF_TEST_TOPIC',
  OFFSET_MOVED_EVENT: 'OFFSET_MOVED_EVENT',
  ROCKSDB_OFFSET_TOPIC: 'CHECKPOINT_TOPIC',
  TIMER_TOPIC: 'rmq_sys_wheel_timer',
} as const;

/** Every topic that starts so belongs to the servers. */
export const SYSTEM_TOPIC_PREFIX = 'rmq_sys_';

const SYSTEM_TOPICS: ReadonlySet<string> = new Set(Object.values(SystemTopic));

const NOT_SENDABLE: ReadonlySet<string> = new Set([
  SystemTopic.SCHEDULE_TOPIC,
  SystemTopic.TRANS_HALF_TOPIC,
  SystemTopic.TRANS_OP_HALF_TOPIC,
  SystemTopic.TRANS_CHECK_MAX_TIME_TOPIC,
  SystemTopic.ROCKSDB_TRANS_HALF_TOPIC,
  SystemTopic.ROCKSDB_TRANS_OP_HALF_TOPIC,
  SystemTopic.SELF_TEST_TOPIC,
  SystemTopic.OFFSET_MOVED_EVENT,
]);

export function isSystemTopic(topic: string): boolean {
  return SYSTEM_TOPICS.has(topic) || topic.startsWith(SYSTEM_TOPIC_PREFIX);
}

/** True for topics that no client may send to; the servers write them. */
export function isNotAllowedSendTopic(topic: string): boolean {
  return NOT_SENDABLE.has(topic);
}
