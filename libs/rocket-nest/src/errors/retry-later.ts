import { IntrinsicException } from '@nestjs/common';
import { delayLevelOf } from '../producer/delay-level';

/**
 * Thrown by a listener to have the message delivered again. Any other error does the same with the
 * group's usual growing delay.
 */
export class RetryLater extends IntrinsicException {
  override readonly name = 'RetryLater';
  readonly code = 'RETRY_LATER';
  /** RocketMQ's delay level of the next try. */
  readonly delayLevel: number | undefined;

  /**
   * @param delay one of RocketMQ's delay levels by its time (`'30s'`, `'5m'`) or its number (1-18);
   * left out, the delay grows with the number of tries. An orderly queue pauses for that time, 30 s
   * at most.
   * @throws RocketConfigError for a time that is no delay level
   */
  constructor(delay?: number | string, message = 'the listener asked for a later retry') {
    super(message);
    this.delayLevel = delay === undefined ? undefined : delayLevelOf(delay);
  }
}
