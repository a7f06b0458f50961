import type { RawCommand, RawConnection } from './raw-connection';
import { readStoredRecords, type StoredRecord } from './stored-record';

const SEND_MESSAGE_V2 = 310;
const SEND_BATCH_MESSAGE = 320;
const PULL_MESSAGE = 11;
const QUERY_CONSUMER_OFFSET = 14;
const GET_MAX_OFFSET = 30;
const UPDATE_AND_CREATE_TOPIC = 17;
const SUBSCRIPTION_IN_REQUEST = 4;
const PULL_SIZE = 32;

export interface QueueName {
  readonly topic: string;
  readonly queueId: number;
}

export function createTopic(
  connection: RawConnection,
  topic: string,
  queues: number,
): Promise<RawCommand> {
  return connection.request(UPDATE_AND_CREATE_TOPIC, {
    topic,
    defaultTopic: 'TBW102',
    readQueueNums: queues,
    writeQueueNums: queues,
    perm: 6,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
  });
}

/**
 * Sends one body, or several as one batch; the answer has `queueOffset` of the first. Properties are
 * `name\x01value\x02` each.
 */
export function sendBodies(
  connection: RawConnection,
  { topic, queueId }: QueueName,
  bodies: readonly Buffer[],
  propertiesOf: (index: number) => string = () => '',
): Promise<RawCommand> {
  const isBatch = bodies.length > 1;
  const fields = {
    a: 'raw-producer',
    b: topic,
    c: 'TBW102',
    d: 4,
    e: queueId,
    f: 0,
    g: Date.now(),
    h: 0,
    i: isBatch ? '' : propertiesOf(0),
    j: 0,
    k: false,
    m: isBatch,
  };
  const body = isBatch
    ? Buffer.concat(bodies.map((each, index) => batchItem(each, propertiesOf(index))))
    : bodies[0];
  return connection.request(isBatch ? SEND_BATCH_MESSAGE : SEND_MESSAGE_V2, fields, body);
}

/** size 4 | magic 4 | crc 4 | flag 4 | body 4 + n | properties 2 + n */
function batchItem(body: Buffer, properties: string): Buffer {
  const propertyBytes = Buffer.byteLength(properties);
  const item = Buffer.alloc(22 + body.length + propertyBytes);
  item.writeInt32BE(item.length, 0);
  item.writeInt32BE(body.length, 16);
  body.copy(item, 20);
  item.writeInt16BE(propertyBytes, 20 + body.length);
  item.write(properties, 22 + body.length);
  return item;
}

/** A pull that does not wait, of messages with these tags. */
export function pull(
  connection: RawConnection,
  { topic, queueId }: QueueName,
  queueOffset: number,
  maxMsgNums: number,
  subscription = '*',
): Promise<RawCommand> {
  return connection.request(PULL_MESSAGE, {
    consumerGroup: 'raw-consumer',
    topic,
    queueId,
    queueOffset,
    maxMsgNums,
    sysFlag: SUBSCRIPTION_IN_REQUEST,
    commitOffset: 0,
    suspendTimeoutMillis: 0,
    subscription,
    subVersion: 1,
    expressionType: 'TAG',
  });
}

/** What a consumer of these tags gets from the whole queue. */
export async function readQueue(
  connection: RawConnection,
  queue: QueueName,
  tags?: string,
): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let offset = 0; ;) {
    const answer = await pull(connection, queue, offset, PULL_SIZE, tags);
    const next = Number(answer.extFields.nextBeginOffset);
    if (answer.code === 0) records.push(...readStoredRecords(answer.body));
    else if (!(next > offset)) return records;
    offset = next;
  }
}

export async function maxOffset(connection: RawConnection, queue: QueueName): Promise<number> {
  const answer = await connection.request(GET_MAX_OFFSET, { ...queue });
  if (answer.code !== 0) throw new Error(`GET_MAX_OFFSET: ${answer.code} ${answer.remark}`);
  return Number(answer.extFields.offset);
}

/** What a group has stored for a queue; undefined before it has stored anything. */
export async function queryConsumerOffset(
  connection: RawConnection,
  consumerGroup: string,
  { topic, queueId }: QueueName,
): Promise<number | undefined> {
  const answer = await connection.request(QUERY_CONSUMER_OFFSET, { consumerGroup, topic, queueId });
  return answer.code === 0 ? Number(answer.extFields.offset) : undefined;
}
