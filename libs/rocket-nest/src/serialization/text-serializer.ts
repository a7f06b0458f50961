import type { MessageSerializer } from './message-serializer';

/** Text as UTF-8. */
export class TextSerializer implements MessageSerializer<string> {
  readonly contentType = 'text/plain';

  serialize(payload: string): Buffer {
    return Buffer.from(payload, 'utf8');
  }

  deserialize(body: Buffer): string {
    return body.toString('utf8');
  }
}
