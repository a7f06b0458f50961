/** What other bodies are made of. */
import { defineBody } from './body-definition';
import type { BodyOf } from './body-definition';
import { list, long, mapOf, text } from './body-field';

export const KVTable = defineBody('KVTable', {
  table: mapOf(text()).orMake(() => new Map()),
});
export type KVTable = BodyOf<typeof KVTable>;

export const GroupList = defineBody('GroupList', {
  groupList: list(text()).orMake(() => []),
});
export type GroupList = BodyOf<typeof GroupList>;

export const TopicList = defineBody('TopicList', {
  brokerAddr: text(),
  topicList: list(text()).orMake(() => []),
});
export type TopicList = BodyOf<typeof TopicList>;

export const OffsetWrapper = defineBody('OffsetWrapper', {
  brokerOffset: long().orElse(0),
  consumerOffset: long().orElse(0),
  lastTimestamp: long().orElse(0),
  pullOffset: long().orElse(0),
});
export type OffsetWrapper = BodyOf<typeof OffsetWrapper>;

export const TopicOffset = defineBody('TopicOffset', {
  lastUpdateTimestamp: long().orElse(0),
  maxOffset: long().orElse(0),
  minOffset: long().orElse(0),
});
export type TopicOffset = BodyOf<typeof TopicOffset>;
