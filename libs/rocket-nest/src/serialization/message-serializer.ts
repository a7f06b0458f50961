/**
 * Turns payloads into message bodies and back. The content type travels with the message, so that
 * listeners find the serializer it was written with.
 */
export interface MessageSerializer<T = unknown> {
  /** Such as `application/json`; compared without case and without parameters (`; charset=...`). */
  readonly contentType: string;
  /** Throws when it cannot write the payload. */
  serialize(payload: T): Uint8Array;
  /** Throws when the bytes are none of its kind; the message goes to the dead letters then. */
  deserialize(body: Buffer): T;
}
