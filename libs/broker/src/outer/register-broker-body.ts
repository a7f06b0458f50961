import { isReadable, isWriteable, topicConfigToJson } from '@rocket-nest/common';
import type { DataVersion, TopicConfig } from '@rocket-nest/common';

/**
 * The text of a RegisterBrokerBody piece by piece, so that the topics of a large broker need not be
 * written in one go. A broker whose own permission lacks read or write takes it from its topics.
 */
export function* registerBrokerBodyChunks(
  version: DataVersion,
  topics: Iterable<Readonly<TopicConfig>>,
  brokerPermission: number,
): Generator<string> {
  const restricts = !isReadable(brokerPermission) || !isWriteable(brokerPermission);
  const versionText = JSON.stringify({
    counter: version.counter,
    stateVersion: version.stateVersion,
    timestamp: version.timestamp,
  });
  const none = '{"counter":0,"stateVersion":0,"timestamp":0}';
  yield '{"filterServerList":[],"topicConfigSerializeWrapper":{';
  yield `"dataVersion":${versionText},"mappingDataVersion":${none},"topicConfigTable":{`;
  let separator = '';
  for (const topic of topics) {
    const shown = restricts ? { ...topic, perm: topic.perm & brokerPermission } : topic;
    const name = JSON.stringify(topic.topicName);
    yield `${separator}${name}:${JSON.stringify(topicConfigToJson(shown))}`;
    separator = ',';
  }
  yield '},"topicQueueMappingDetailMap":{},"topicQueueMappingInfoMap":{}}}';
}
