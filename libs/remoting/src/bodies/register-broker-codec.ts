import { deflateSync, inflateSync } from 'node:zlib';

import {
  DataVersion,
  decodeTopicConfigText,
  encodeTopicConfigText,
  errorMessageOf,
} from '@rocket-nest/common';
import type { TopicConfig } from '@rocket-nest/common';

import { parseJson } from '../json/parse-json';
import { stringifyJson } from '../json/stringify-json';
import { RemotingError } from '../protocol/remoting-error';
import { decodeBody, encodeBody, encodeBodyText } from './body-definition';
import type { BodyInit } from './body-definition';
import { DataVersionBody } from './model-fields';
import { TopicQueueMappingInfo } from './route-bodies';
import { RegisterBrokerBody } from './topic-config-bodies';

/** What a compressed registration may inflate to. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;
const INT_BYTES = 4;

export interface RegisterBrokerCodecOptions {
  /** The `compressed` field of RegisterBrokerRequestHeader. */
  readonly compressed: boolean;
}

/** The body of REGISTER_BROKER; the header's `bodyCrc32` covers these bytes. */
export function encodeRegisterBrokerBody(
  body: BodyInit<typeof RegisterBrokerBody>,
  options: RegisterBrokerCodecOptions,
): Buffer {
  return options.compressed
    ? deflateSync(encodePieces(body), { level: 9 })
    : encodeBody(RegisterBrokerBody, body);
}

/** Throws BODY_INVALID or BAD_JSON. */
export function decodeRegisterBrokerBody(
  bytes: Buffer,
  options: RegisterBrokerCodecOptions,
): RegisterBrokerBody {
  return options.compressed ? decodePieces(inflate(bytes)) : decodeBody(RegisterBrokerBody, bytes);
}

/**
 * What is compressed; `text` is an int32 length and as many bytes of UTF-8:
 *
 *     text    data version, JSON
 *     int32   number of topics
 *     text    per topic: name readQueueNums writeQueueNums perm FILTER_TYPE {attributes}
 *     text    filter servers, JSON
 *     int32   number of queue mappings
 *     text    per mapping: TopicQueueMappingInfo, JSON
 */
function encodePieces(body: BodyInit<typeof RegisterBrokerBody>): Buffer {
  const wrapper = body.topicConfigSerializeWrapper;
  const topics = [...(wrapper?.topicConfigTable?.values() ?? [])];
  const mappings = [...(wrapper?.topicQueueMappingInfoMap?.values() ?? [])];
  return Buffer.concat([
    sized(encodeBodyText(DataVersionBody, wrapper?.dataVersion ?? {})),
    int32(topics.length),
    ...topics.map((topic) => sized(encodeTopicConfigText(topic))),
    sized(stringifyJson(body.filterServerList ?? [])),
    int32(mappings.length),
    ...mappings.map((mapping) => sized(encodeBodyText(TopicQueueMappingInfo, mapping))),
  ]);
}

function decodePieces(bytes: Buffer): RegisterBrokerBody {
  const reader = new PieceReader(bytes);
  const dataVersion = new DataVersion(decodeBody(DataVersionBody, reader.text()));
  const topicConfigTable = new Map<string, TopicConfig>();
  for (let left = reader.count(); left > 0; left--) {
    const text = reader.text();
    const topic = decodeTopicConfigText(text);
    if (topic === undefined) throw invalid(`'${text.slice(0, 80)}' is no topic config`);
    topicConfigTable.set(topic.topicName, topic);
  }
  const filterServers = parseJson(reader.text());
  const topicQueueMappingInfoMap = new Map<string, TopicQueueMappingInfo>();
  for (let left = reader.count(); left > 0; left--) {
    const mapping = decodeBody(TopicQueueMappingInfo, reader.text());
    topicQueueMappingInfoMap.set(mapping.topic ?? '', mapping);
  }
  return {
    filterServerList: Array.isArray(filterServers) ? filterServers.map(String) : [],
    topicConfigSerializeWrapper: {
      dataVersion,
      topicConfigTable,
      topicQueueMappingInfoMap,
      topicQueueMappingDetailMap: new Map(),
      mappingDataVersion: undefined,
    },
  };
}

class PieceReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  text(): string {
    const length = this.count();
    const end = this.at + length;
    if (end > this.bytes.length) throw invalid('it ends early');
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end;
    return text;
  }

  count(): number {
    if (this.at + INT_BYTES > this.bytes.length) throw invalid('it ends early');
    const count = this.bytes.readInt32BE(this.at);
    if (count < 0) throw invalid('a count is negative');
    this.at += INT_BYTES;
    return count;
  }
}

function inflate(bytes: Buffer): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_INFLATED_BYTES });
  } catch (cause) {
    throw invalid(errorMessageOf(cause), cause);
  }
}

function sized(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([int32(bytes.length), bytes]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(INT_BYTES);
  bytes.writeInt32BE(value);
  return bytes;
}

function invalid(why: string, cause?: unknown): RemotingError {
  const message = `the compressed broker registration cannot be read: ${why}`;
  return new RemotingError('BODY_INVALID', message, { cause });
}
