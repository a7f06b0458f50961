import { inflate } from 'node:zlib';
import { parseJson, RemotingError } from '@rocket-nest/remoting';
import type { AnnouncedTopic } from '../route/broker-registration';
import {
  announcedTopic,
  dataVersionOf,
  mappingOf,
  textsOf,
  type RegisterBody,
} from './register-body';

/**
 * Reads the compressed form of a registration body, a zlib stream of
 *
 *     4 + n  length, data version as JSON
 *     4      number of topics
 *     4 + n  per topic: length, text `name readQueueNums writeQueueNums perm FILTER_TYPE {attributes}`
 *     4 + n  length, list of filter servers as JSON
 *     4      number of static topic mappings
 *     4 + n  per mapping: length, TopicQueueMappingInfo as JSON
 *
 * Decompresses off the event loop, up to `maxBytes`. Rejects with BODY_INVALID.
 */
export async function readCompressedRegisterBody(
  body: Buffer,
  maxBytes: number,
): Promise<RegisterBody> {
  const reader = new FieldReader(await inflated(body, maxBytes));
  const dataVersion = dataVersionOf(parseJson(reader.text()));
  const topics: AnnouncedTopic[] = [];
  for (let left = reader.int(); left > 0; left--) topics.push(readTopic(reader.text()));
  const filterServerList = textsOf(parseJson(reader.text()));
  const mappings = new Map<string, ReturnType<typeof mappingOf>>();
  // Brokers before static topics end here.
  for (let left = reader.isAtEnd ? 0 : reader.int(); left > 0; left--) {
    const mapping = mappingOf(parseJson(reader.text()));
    if (mapping.topic !== undefined) mappings.set(mapping.topic, mapping);
  }
  return { announced: { dataVersion, topics, mappings }, filterServerList };
}

function readTopic(text: string): AnnouncedTopic {
  const [name = '', readQueueNums, writeQueueNums, perm] = text.split(' ', 4);
  // The sysFlag is not part of this form.
  return announcedTopic(name, [Number(readQueueNums), Number(writeQueueNums), Number(perm), 0]);
}

function inflated(body: Buffer, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    inflate(body, { maxOutputLength: maxBytes }, (cause, result) => {
      if (!cause) return resolve(result);
      const message = `registration refused: no zlib stream of up to ${maxBytes} bytes`;
      reject(new RemotingError('BODY_INVALID', message, { cause }));
    });
  });
}

class FieldReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  int(): number {
    if (this.at + 4 > this.bytes.length) throw truncated();
    const value = this.bytes.readInt32BE(this.at);
    this.at += 4;
    return value;
  }

  text(): string {
    const length = this.int();
    if (length < 0 || this.at + length > this.bytes.length) throw truncated();
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }
}

function truncated(): RemotingError {
  return new RemotingError('BODY_INVALID', 'registration refused: its fields overrun the body');
}
