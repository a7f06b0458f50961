/** What `send` resolves with when the message waits in the outbox. */
export interface KeptInOutbox {
  readonly sendStatus: 'KEPT_IN_OUTBOX';
  /** The unique key, which the message keeps when it is sent. */
  readonly msgId: string;
  /** Why it could not be sent now. */
  readonly reason: unknown;
}

/**
 * Errors after which sending later may help. Others would come again (a body that is too large), or
 * the caller gave up.
 */
const PASSING: ReadonlySet<string | undefined> = new Set([
  'NAME_SERVER_UNREACHABLE',
  'NO_ROUTE',
  'NO_WRITABLE_QUEUE',
  'BROKER_NOT_FOUND',
  'CONNECTION_FAILED',
  'REQUEST_TIMEOUT',
  'BROKER_BUSY',
  'BROKER_ERROR',
  'TOPIC_NOT_EXIST',
  'SEND_FAILED',
  'SEND_TIMEOUT',
  'PRODUCER_BUSY',
  'TOO_MANY_IN_FLIGHT',
]);

/** Whether a message that failed to be sent with this code belongs into the outbox. */
export function mayBeSentLater(code: string | undefined): boolean {
  return PASSING.has(code);
}
