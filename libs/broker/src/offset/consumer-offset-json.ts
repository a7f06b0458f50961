import { DataVersion } from '@rocket-nest/common';
import { JsonEntries, jsonChunks } from '../background/json-chunks';
import type { JsonValue } from '../background/json-chunks';
import { asDataVersion, dataVersionJson, jsonEntriesOf, jsonMember } from '../background/json-read';
import type { ConsumerOffsetTable } from './consumer-offset-table';

/** Parts topic and group in the file's keys; neither name can hold it. */
const TOPIC_GROUP_SEPARATOR = '@';

/**
 * The content of consumerOffset.json piece by piece:
 * dataVersion, groupTopicMap (group -> topics), offsetTable and pullOffsetTable
 * (`topic@group` -> queue id -> offset).
 */
export function consumerOffsetsJson(
  version: DataVersion,
  offsets: ConsumerOffsetTable,
  pullOffsets: ConsumerOffsetTable,
  pretty: boolean,
): Generator<string> {
  const root: JsonValue = {
    dataVersion: dataVersionJson(version),
    groupTopicMap: new JsonEntries(() => topicsByGroup(offsets)),
    offsetTable: new JsonEntries(() => tableEntries(offsets)),
    pullOffsetTable: new JsonEntries(() => tableEntries(pullOffsets)),
  };
  return jsonChunks(root, pretty);
}

/** Fills the tables from a parsed consumerOffset.json; what is malformed in it is skipped. */
export function readConsumerOffsets(
  content: unknown,
  offsets: ConsumerOffsetTable,
  pullOffsets: ConsumerOffsetTable,
): DataVersion {
  readTable(jsonMember(content, 'offsetTable'), offsets);
  readTable(jsonMember(content, 'pullOffsetTable'), pullOffsets);
  return asDataVersion(jsonMember(content, 'dataVersion'));
}

function readTable(content: unknown, table: ConsumerOffsetTable): void {
  for (const [key, queues] of jsonEntriesOf(content)) {
    const at = key.indexOf(TOPIC_GROUP_SEPARATOR);
    if (at <= 0 || at === key.length - 1) continue;
    for (const [queueId, value] of jsonEntriesOf(queues)) {
      const offset = Number(value);
      const id = Number(queueId);
      if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(id)) continue;
      table.set(key.slice(0, at), key.slice(at + 1), id, offset);
    }
  }
}

function* tableEntries(table: ConsumerOffsetTable): Generator<readonly [string, JsonValue]> {
  for (const [topic, group, queues] of table.entries()) {
    yield [topic + TOPIC_GROUP_SEPARATOR + group, queues];
  }
}

function topicsByGroup(table: ConsumerOffsetTable): Map<string, string[]> {
  const topics = new Map<string, string[]>();
  for (const [topic, group] of table.entries()) {
    const known = topics.get(group);
    if (known) known.push(topic);
    else topics.set(group, [topic]);
  }
  return topics;
}
