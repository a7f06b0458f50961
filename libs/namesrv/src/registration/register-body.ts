import { DataVersion } from '@rocket-nest/common';
import type { Steps } from '@rocket-nest/common/internal';
import {
  decodeBody,
  isJsonObject,
  parseJson,
  RemotingError,
  stringifyJson,
  TopicQueueMappingInfo,
  type JsonObject,
  type JsonValue,
} from '@rocket-nest/remoting';
import type { AnnouncedTopic, AnnouncedTopics } from '../route/broker-registration';
import { isRouteName } from './route-name';
import { scanTopicTable } from './topic-table-scanner';

/** What a registration body says, in either form. */
export interface RegisterBody {
  readonly announced: AnnouncedTopics;
  readonly filterServerList: readonly string[];
}

/** Of a broker that sends no body: it is there, and has no topics to announce. */
export const EMPTY_REGISTER_BODY: RegisterBody = {
  announced: { dataVersion: new DataVersion(), topics: [], mappings: new Map() },
  filterServerList: [],
};

/**
 * Reads a RegisterBrokerBody, or the bare topic table that brokers older than 3.0.11 send. Only what
 * routes need is looked at: bodies of ten thousand topics come every 30 seconds from each broker.
 * Throws BAD_JSON or BODY_INVALID.
 */
export function* readRegisterBody(body: Buffer): Steps<RegisterBody> {
  const scanned = yield* scanTopicTable(body);
  const root = objectOf(parseJson(scanned?.rest ?? body), 'the registration body');
  const wrapper = root.topicConfigSerializeWrapper ?? root;
  const table = objectOf(wrapper, 'topicConfigSerializeWrapper');
  const members =
    scanned?.members ?? Object.entries(objectOf(table.topicConfigTable ?? {}, 'topicConfigTable'));
  return {
    announced: {
      dataVersion: dataVersionOf(table.dataVersion),
      topics: members.map(([name, config]) => readTopic(name, config)),
      mappings: mappingsOf(table.topicQueueMappingInfoMap),
    },
    filterServerList: textsOf(root.filterServerList),
  };
}

export function dataVersionOf(value: JsonValue | undefined): DataVersion {
  if (!isJsonObject(value)) return new DataVersion();
  return new DataVersion({
    counter: Number(value.counter ?? 0),
    stateVersion: Number(value.stateVersion ?? 0),
    timestamp: Number(value.timestamp ?? 0),
  });
}

export function mappingOf(value: JsonValue): TopicQueueMappingInfo {
  return decodeBody(TopicQueueMappingInfo, stringifyJson(value));
}

export function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Builds a topic; throws BODY_INVALID when a name or a number cannot be one. */
export function announcedTopic(
  topic: string,
  [readQueueNums, writeQueueNums, perm, topicSysFlag]: readonly [number, number, number, number],
): AnnouncedTopic {
  if (!isRouteName(topic)) throw invalid('a topic name that is empty, too long or unprintable');
  return {
    topic,
    readQueueNums: countOf(readQueueNums, topic),
    writeQueueNums: countOf(writeQueueNums, topic),
    perm: countOf(perm, topic),
    topicSysFlag: countOf(topicSysFlag, topic),
  };
}

function readTopic(name: string, value: JsonValue): AnnouncedTopic {
  const config = objectOf(value, 'a topic');
  return announcedTopic(name, [
    Number(config.readQueueNums ?? 0),
    Number(config.writeQueueNums ?? 0),
    Number(config.perm ?? 0),
    Number(config.topicSysFlag ?? 0),
  ]);
}

function mappingsOf(value: JsonValue | undefined): Map<string, TopicQueueMappingInfo> {
  const mappings = new Map<string, TopicQueueMappingInfo>();
  if (!isJsonObject(value)) return mappings;
  for (const [topic, mapping] of Object.entries(value)) {
    if (isRouteName(topic)) mappings.set(topic, mappingOf(mapping));
  }
  return mappings;
}

function objectOf(value: JsonValue, what: string): JsonObject {
  if (!isJsonObject(value)) throw invalid(`${what} is no object`);
  return value;
}

const MAX_INT = 0x7fffffff;

function countOf(value: number, topic: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= MAX_INT) return value;
  throw invalid(`topic ${topic} has a number that is no 32-bit count: ${value}`);
}

function invalid(what: string): RemotingError {
  return new RemotingError('BODY_INVALID', `registration refused: ${what}`);
}
