import { memberOf, readBoolean, readNumber, readTextMap } from './attributes';
import { PermName } from './perm-name';

export const TOPIC_FILTER_TYPES = ['SINGLE_TAG', 'MULTI_TAG'] as const;
export type TopicFilterType = (typeof TOPIC_FILTER_TYPES)[number];

/** Bits of `topicSysFlag`. */
export const TopicSysFlag = { FLAG_UNIT: 0x1, FLAG_UNIT_SUB: 0x2 } as const;

/** A topic as a broker keeps it. */
export interface TopicConfig {
  topicName: string;
  readQueueNums: number;
  writeQueueNums: number;
  /** Bits of `PermName`. */
  perm: number;
  topicFilterType: TopicFilterType;
  topicSysFlag: number;
  /** Told to clients only; the broker does not act on it. */
  order: boolean;
  /** Names in `TopicAttribute`. */
  attributes: Map<string, string>;
}

/** Names of topic attributes. */
export const TopicAttribute = {
  QUEUE_TYPE: 'queue.type',
  CLEANUP_POLICY: 'cleanup.policy',
  MESSAGE_TYPE: 'message.type',
  RESERVE_TIME: 'reserve.time',
  LITE_TOPIC_EXPIRATION: 'lite.topic.expiration',
} as const;

/** A topic with 16 queues, readable and writable, unless `init` says otherwise. */
export function createTopicConfig(
  topicName: string,
  init: Partial<Omit<TopicConfig, 'topicName'>> = {},
): TopicConfig {
  return {
    topicName,
    readQueueNums: init.readQueueNums ?? 16,
    writeQueueNums: init.writeQueueNums ?? 16,
    perm: init.perm ?? PermName.PERM_READ | PermName.PERM_WRITE,
    topicFilterType: init.topicFilterType ?? 'SINGLE_TAG',
    topicSysFlag: init.topicSysFlag ?? 0,
    order: init.order ?? false,
    attributes: new Map(init.attributes ?? []),
  };
}

export function equalTopicConfigs(a: TopicConfig, b: TopicConfig): boolean {
  return JSON.stringify(topicConfigToJson(a)) === JSON.stringify(topicConfigToJson(b));
}

/** The members in the order RocketMQ writes them, which is alphabetic. */
export function topicConfigToJson(config: TopicConfig): Record<string, unknown> {
  return {
    attributes: sortedObject(config.attributes),
    order: config.order,
    perm: config.perm,
    readQueueNums: config.readQueueNums,
    topicFilterType: config.topicFilterType,
    topicName: config.topicName,
    topicSysFlag: config.topicSysFlag,
    writeQueueNums: config.writeQueueNums,
  };
}

/** Reads what `topicConfigToJson` writes, with the defaults for what is missing. */
export function topicConfigFromJson(json: unknown, topicName = ''): TopicConfig {
  return createTopicConfig(String(memberOf(json, 'topicName') ?? topicName), {
    readQueueNums: readNumber(memberOf(json, 'readQueueNums'), 16),
    writeQueueNums: readNumber(memberOf(json, 'writeQueueNums'), 16),
    perm: readNumber(memberOf(json, 'perm'), PermName.PERM_READ | PermName.PERM_WRITE),
    topicFilterType: readFilterType(memberOf(json, 'topicFilterType')),
    topicSysFlag: readNumber(memberOf(json, 'topicSysFlag'), 0),
    order: readBoolean(memberOf(json, 'order'), false),
    attributes: readTextMap(memberOf(json, 'attributes')),
  });
}

/** `name readQueueNums writeQueueNums perm FILTER_TYPE {attributes}`, as in compressed registration. */
export function encodeTopicConfigText(config: TopicConfig): string {
  const attributes = JSON.stringify(sortedObject(config.attributes));
  return [
    config.topicName,
    config.readQueueNums,
    config.writeQueueNums,
    config.perm,
    config.topicFilterType,
    attributes,
  ].join(' ');
}

/** Reads `encodeTopicConfigText`; undefined when the text is not one. Attributes may be missing. */
export function decodeTopicConfigText(text: string): TopicConfig | undefined {
  const match = /^(\S+) (\d+) (\d+) (\d+) (\S+)(?: (\{.*\}))?$/s.exec(text);
  if (!match) return undefined;
  return createTopicConfig(match[1], {
    readQueueNums: Number(match[2]),
    writeQueueNums: Number(match[3]),
    perm: Number(match[4]),
    topicFilterType: readFilterType(match[5]),
    attributes: parseAttributes(match[6]),
  });
}

function parseAttributes(json: string | undefined): Map<string, string> {
  if (json === undefined) return new Map();
  try {
    return readTextMap(JSON.parse(json));
  } catch {
    return new Map();
  }
}

function readFilterType(value: unknown): TopicFilterType {
  return value === 'MULTI_TAG' || value === 1 ? 'MULTI_TAG' : 'SINGLE_TAG';
}

function sortedObject(map: ReadonlyMap<string, string>): Record<string, string> {
  const result = Object.create(null) as Record<string, string>;
  for (const key of [...map.keys()].sort()) result[key] = map.get(key)!;
  return result;
}
