import { isReadable, isWriteable, topicConfigToJson } from '@rocket-nest/common';
import type { DataVersion, TopicConfig } from '@rocket-nest/common';
import type { TopicQueueMappingDetail } from '@rocket-nest/remoting';

/** What a registration tells. */
export interface RegisteredTopics {
  readonly dataVersion: DataVersion;
  readonly topics: Iterable<Readonly<TopicConfig>>;
  /** Static topics by name; only those among `topics` are told. */
  readonly mappings: ReadonlyMap<string, TopicQueueMappingDetail>;
  readonly mappingDataVersion: DataVersion;
  /** A broker whose own permission lacks read or write takes it from its topics. */
  readonly brokerPermission: number;
}

/**
 * The text of a RegisterBrokerBody piece by piece, so that the topics of a large broker need not be
 * written in one go.
 */
export function* registerBrokerBodyChunks(registered: RegisteredTopics): Generator<string> {
  const { brokerPermission, mappings } = registered;
  const restricts = !isReadable(brokerPermission) || !isWriteable(brokerPermission);
  const mapped: string[] = [];
  yield '{"filterServerList":[],"topicConfigSerializeWrapper":{';
  yield `"dataVersion":${versionText(registered.dataVersion)},`;
  yield `"mappingDataVersion":${versionText(registered.mappingDataVersion)},"topicConfigTable":{`;
  let separator = '';
  for (const topic of registered.topics) {
    const shown = restricts ? { ...topic, perm: topic.perm & brokerPermission } : topic;
    const name = JSON.stringify(topic.topicName);
    yield `${separator}${name}:${JSON.stringify(topicConfigToJson(shown))}`;
    separator = ',';
    const mapping = mappings.get(topic.topicName);
    if (mapping) mapped.push(`${name}:${mappingInfoText(mapping)}`);
  }
  yield '},"topicQueueMappingDetailMap":{},"topicQueueMappingInfoMap":{';
  yield `${mapped.join(',')}}}}`;
}

/** A mapping without its history: which queue of this broker each queue of the topic is. */
function mappingInfoText(detail: TopicQueueMappingDetail): string {
  const currIdMap: Record<string, number> = {};
  for (const [globalId, items] of detail.hostedQueues) {
    const last = items.at(-1);
    if (last && last.bname === detail.bname) currIdMap[String(globalId)] = last.queueId;
  }
  const { bname, dirty, epoch, scope, topic, totalQueues } = detail;
  return JSON.stringify({ bname, currIdMap, dirty, epoch, scope, topic, totalQueues });
}

function versionText({ counter, stateVersion, timestamp }: DataVersion): string {
  return JSON.stringify({ counter, stateVersion, timestamp });
}
