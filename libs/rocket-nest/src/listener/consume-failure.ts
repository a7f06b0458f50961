import { errorCodeOf } from '@rocket-nest/common';

/** Delay level that sends a message to the dead letter topic. */
const TO_DEAD_LETTERS = -1;
/** What pipes throw for input that cannot become valid. */
const INVALID_STATUSES: readonly unknown[] = [400, 422];

/** What becomes of a message whose listener threw. */
export interface ConsumeFailure {
  readonly error: unknown;
  /** Delay level of the next try; 0 grows with the number of tries, -1 is the dead letter topic. */
  readonly delayLevel: number;
}

export function isDeadLetter({ delayLevel }: ConsumeFailure): boolean {
  return delayLevel === TO_DEAD_LETTERS;
}

/**
 * Reads what was thrown: `RetryLater` names the delay, `RejectToDlq` and the Bad Request or
 * Unprocessable Entity exceptions of Nest's pipes allow no further try, all else is tried again.
 */
export function consumeFailureOf(error: unknown): ConsumeFailure {
  const { delayLevel, getStatus } = (error ?? {}) as {
    delayLevel?: number;
    getStatus?: () => unknown;
  };
  switch (errorCodeOf(error)) {
    case 'REJECT_TO_DLQ':
      return { error, delayLevel: TO_DEAD_LETTERS };
    case 'RETRY_LATER':
      return { error, delayLevel: delayLevel ?? 0 };
  }
  const status = typeof getStatus === 'function' ? getStatus.call(error) : undefined;
  return { error, delayLevel: INVALID_STATUSES.includes(status) ? TO_DEAD_LETTERS : 0 };
}
