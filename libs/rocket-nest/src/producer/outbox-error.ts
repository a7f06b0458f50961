/** A message could neither be sent nor kept in the outbox; `cause` is why it could not be sent. */
export class OutboxError extends Error {
  override readonly name = 'OutboxError';
  readonly code = 'ROCKET_OUTBOX';
}
