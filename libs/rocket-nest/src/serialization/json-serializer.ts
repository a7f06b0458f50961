import type { MessageSerializer } from './message-serializer';

/** What `JSON.stringify` writes, as UTF-8. */
export class JsonSerializer implements MessageSerializer {
  readonly contentType = 'application/json';

  /** Throws a TypeError for what JSON cannot hold: undefined, functions, circles, BigInts. */
  serialize(payload: unknown): Buffer {
    const text = JSON.stringify(payload) as string | undefined;
    if (text === undefined) {
      throw new TypeError(
        `a ${typeof payload} cannot be sent as JSON; send an object, a text or a Buffer`,
      );
    }
    return Buffer.from(text, 'utf8');
  }

  deserialize(body: Buffer): unknown {
    return JSON.parse(body.toString('utf8')) as unknown;
  }
}
