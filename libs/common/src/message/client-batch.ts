import { RocketError } from '../errors/rocket-error';
import type { Message } from './message';
import { PROPERTIES_MAX_BYTES, encodeProperties } from './properties-codec';

/*
 * The body of a batch, repeated for each message (big-endian):
 *
 *    0  4  size of this item, this field included
 *    4  4  magic, 0
 *    8  4  body CRC, 0
 *   12  4  flag
 *   16  4  body length, then the body
 *    -  2  properties length, then the properties
 */

/** Size of an item with an empty body and no properties. */
export const BATCH_ITEM_FIXED_BYTES = 22;
const BODY_AT = 20;

/** One message of a batch; body and properties are views of the batch. */
export interface BatchItem {
  readonly flag: number;
  readonly body: Buffer;
  /** Encoded. */
  readonly properties: Buffer;
}

/** The batch body that carries `messages`. */
export function encodeClientBatch(messages: readonly Message[]): Buffer {
  const properties = messages.map((message) => encodeItemProperties(message));
  let size = 0;
  messages.forEach((message, i) => {
    size += BATCH_ITEM_FIXED_BYTES + message.body.length + properties[i].length;
  });
  const batch = Buffer.allocUnsafe(size);
  let at = 0;
  messages.forEach((message, i) => {
    const text = properties[i];
    at = batch.writeInt32BE(BATCH_ITEM_FIXED_BYTES + message.body.length + text.length, at);
    at = batch.writeInt32BE(0, at);
    at = batch.writeInt32BE(0, at);
    at = batch.writeInt32BE(message.flag ?? 0, at);
    at = batch.writeInt32BE(message.body.length, at);
    at += message.body.copy(batch, at);
    at = batch.writeInt16BE(text.length, at);
    at += text.copy(batch, at);
  });
  return batch;
}

/** Takes a batch body apart. Throws MESSAGE_CORRUPT when lengths do not fit. */
export function decodeClientBatch(batch: Buffer): BatchItem[] {
  const items: BatchItem[] = [];
  let start = 0;
  while (start < batch.length) {
    const left = batch.length - start;
    const size = left < BATCH_ITEM_FIXED_BYTES ? 0 : batch.readInt32BE(start);
    if (size < BATCH_ITEM_FIXED_BYTES || size > left) throw corrupt(items.length, start);
    const end = start + size;
    const bodyLength = batch.readInt32BE(start + BODY_AT - 4);
    const bodyEnd = start + BODY_AT + bodyLength;
    if (bodyLength < 0 || bodyEnd + 2 > end) throw corrupt(items.length, start);
    const propertiesEnd = bodyEnd + 2 + batch.readInt16BE(bodyEnd);
    if (propertiesEnd < bodyEnd + 2 || propertiesEnd > end) throw corrupt(items.length, start);
    items.push({
      flag: batch.readInt32BE(start + 12),
      body: batch.subarray(start + BODY_AT, bodyEnd),
      properties: batch.subarray(bodyEnd + 2, propertiesEnd),
    });
    start = end;
  }
  return items;
}

function encodeItemProperties(message: Message): Buffer {
  const encoded = Buffer.from(encodeProperties(message.properties));
  if (encoded.length > PROPERTIES_MAX_BYTES) {
    throw new RocketError(
      'INVALID_MESSAGE',
      `the properties of a message take ${encoded.length} bytes, at most ${PROPERTIES_MAX_BYTES} ` +
        'are allowed: move data into the body',
    );
  }
  return encoded;
}

function corrupt(index: number, start: number): RocketError {
  return new RocketError(
    'MESSAGE_CORRUPT',
    `the batch is damaged at byte ${start}: item ${index} does not fit its length`,
  );
}
