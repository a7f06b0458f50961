import { PREDEFINE_GROUP_SET, MixAll } from './mix-all';

/** The topic that holds what the group has to consume again. */
export function retryTopicOf(group: string): string {
  return MixAll.RETRY_GROUP_TOPIC_PREFIX + group;
}

/** The topic that holds what the group gave up. */
export function dlqTopicOf(group: string): string {
  return MixAll.DLQ_GROUP_TOPIC_PREFIX + group;
}

export function isRetryTopic(topic: string): boolean {
  return topic.startsWith(MixAll.RETRY_GROUP_TOPIC_PREFIX);
}

export function isDlqTopic(topic: string): boolean {
  return topic.startsWith(MixAll.DLQ_GROUP_TOPIC_PREFIX);
}

export function isRetryOrDlqTopic(topic: string): boolean {
  return isRetryTopic(topic) || isDlqTopic(topic);
}

/** The group of a retry or dead letter topic, undefined for any other topic. */
export function groupOfRetryOrDlqTopic(topic: string): string | undefined {
  if (isRetryTopic(topic)) return topic.slice(MixAll.RETRY_GROUP_TOPIC_PREFIX.length);
  if (isDlqTopic(topic)) return topic.slice(MixAll.DLQ_GROUP_TOPIC_PREFIX.length);
  return undefined;
}

/** The topic that carries answers to requests in the cluster. */
export function replyTopicOf(clusterName: string): string {
  return `${clusterName}_${MixAll.REPLY_TOPIC_POSTFIX}`;
}

/** The topic that keeps the pop state of the cluster. */
export function reviveTopicOf(clusterName: string): string {
  return `rmq_sys_REVIVE_LOG_${clusterName}`;
}

/** The pop retry topic, V1 (joined by `_`). */
export function popRetryTopicV1Of(topic: string, group: string): string {
  return `${MixAll.RETRY_GROUP_TOPIC_PREFIX}${group}_${topic}`;
}

/** The pop retry topic, V2 (joined by `+`, which no client can send to). */
export function popRetryTopicV2Of(topic: string, group: string): string {
  return `${MixAll.RETRY_GROUP_TOPIC_PREFIX}${group}+${topic}`;
}

export function isLmq(name: string): boolean {
  return name.startsWith(MixAll.LMQ_PREFIX);
}

/** True for groups that the servers and tools use themselves. */
export function isSystemGroup(group: string): boolean {
  return group.startsWith(MixAll.CID_RMQ_SYS_PREFIX) || PREDEFINE_GROUP_SET.has(group);
}

/** `ns%name`; behind the prefix for retry and dead letter topics. Unchanged without a namespace. */
export function withNamespace(namespace: string | undefined, name: string): string {
  if (!namespace || isInNamespace(namespace, name)) return name;
  const group = groupOfRetryOrDlqTopic(name);
  if (group === undefined) return namespace + MixAll.NAMESPACE_SEPARATOR + name;
  const prefix = name.slice(0, name.length - group.length);
  return prefix + namespace + MixAll.NAMESPACE_SEPARATOR + group;
}

/** The name without its `ns%`, which must be `namespace`; unchanged when it is in no or another one. */
export function withoutNamespace(namespace: string | undefined, name: string): string {
  if (!namespace || !isInNamespace(namespace, name)) return name;
  const bare = groupOfRetryOrDlqTopic(name) ?? name;
  const prefix = name.slice(0, name.length - bare.length);
  return prefix + bare.slice(namespace.length + MixAll.NAMESPACE_SEPARATOR.length);
}

function isInNamespace(namespace: string, name: string): boolean {
  const bare = groupOfRetryOrDlqTopic(name) ?? name;
  return bare.startsWith(namespace + MixAll.NAMESPACE_SEPARATOR);
}
