/** Bytes of a payload and the content type that tells a listener how to read them back. */
export interface EncodedPayload {
  readonly body: Buffer;
  readonly contentType: string;
}

/** Bytes go as they are, text as UTF-8, everything else as JSON. */
export function encodePayload(payload: unknown): EncodedPayload {
  if (payload instanceof Uint8Array) {
    const body = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    return { body, contentType: 'application/octet-stream' };
  }
  if (typeof payload === 'string') {
    return { body: Buffer.from(payload, 'utf8'), contentType: 'text/plain' };
  }
  const text = JSON.stringify(payload) as string | undefined;
  if (text === undefined) {
    throw new TypeError(
      `a ${typeof payload} cannot be sent as JSON; send an object, a text or a Buffer`,
    );
  }
  return { body: Buffer.from(text, 'utf8'), contentType: 'application/json' };
}
