/** A payload cannot be sent: it does not fit its topic's schema, or its serializer refuses it. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError';
  readonly code = 'ROCKET_PAYLOAD';
}
