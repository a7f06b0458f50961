import type { MessageSerializer } from './message-serializer';

/** Bytes as they are. */
export class BytesSerializer implements MessageSerializer<Uint8Array> {
  readonly contentType = 'application/octet-stream';

  serialize(payload: Uint8Array): Buffer {
    return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  }

  deserialize(body: Buffer): Buffer {
    return body;
  }
}
