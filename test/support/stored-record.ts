import * as zlib from 'node:zlib';

/** What a test reads of a stored message record. */
export interface StoredRecord {
  readonly topic: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly physicalOffset: number;
  readonly storeTimestamp: number;
  readonly body: Buffer;
  readonly properties: string;
  readonly crcMatches: boolean;
}

const MAGIC_V1 = 0xdaa320a7;
const MAGIC_V2 = 0xdaa320ab;
const STORE_HOST_IPV6 = 32;
const BORN_HOST_IPV6 = 16;

/** Reads the records of a pull's body, independently of the product's decoder. */
export function readStoredRecords(bytes: Buffer): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = bytes.readInt32BE(at);
    if (size < 91 || at + size > bytes.length) throw new Error(`record of ${size} bytes at ${at}`);
    records.push(readStoredRecord(bytes.subarray(at, at + size)));
    at += size;
  }
  return records;
}

/**
 * size 4 | magic 4 | crc 4 | queue id 4 | flag 4 | queue offset 8 | physical offset 8 | sys flag 4 |
 * born time 8 | born host 8 or 20 | store time 8 | store host 8 or 20 | reconsume times 4 |
 * prepared offset 8 | body 4 + n | topic 1 + n (V1) or 2 + n (V2) | properties 2 + n
 */
function readStoredRecord(record: Buffer): StoredRecord {
  const magic = record.readUInt32BE(4);
  if (magic !== MAGIC_V1 && magic !== MAGIC_V2) throw new Error(`magic ${magic.toString(16)}`);
  const sysFlag = record.readInt32BE(36);
  let at = 48 + ((sysFlag & BORN_HOST_IPV6) === 0 ? 8 : 20);
  const storeTimestamp = Number(record.readBigInt64BE(at));
  at += 8 + ((sysFlag & STORE_HOST_IPV6) === 0 ? 8 : 20) + 4 + 8;
  const take = (length: number): Buffer => {
    const part = record.subarray(at, at + length);
    if (part.length !== length) throw new Error(`a part of ${length} bytes leaves the record`);
    at += length;
    return part;
  };
  const body = take(take(4).readInt32BE(0));
  const topicLength = magic === MAGIC_V1 ? take(1).readUInt8(0) : take(2).readInt16BE(0);
  const topic = take(topicLength).toString();
  const properties = take(take(2).readInt16BE(0)).toString();
  if (at !== record.length) throw new Error(`${record.length - at} bytes after the properties`);
  return {
    topic,
    queueId: record.readInt32BE(12),
    queueOffset: Number(record.readBigInt64BE(20)),
    physicalOffset: Number(record.readBigInt64BE(28)),
    storeTimestamp,
    body,
    properties,
    crcMatches: (zlib.crc32(body) & 0x7fffffff) === record.readInt32BE(8),
  };
}
