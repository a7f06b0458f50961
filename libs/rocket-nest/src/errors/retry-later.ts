import { IntrinsicException } from '@nestjs/common';

/**
 * Thrown by a listener to have the message delivered again. Any other error does the same with the
 * group's usual growing delay.
 */
export class RetryLater extends IntrinsicException {
  override readonly name = 'RetryLater';
  readonly code = 'RETRY_LATER';

  /**
   * @param delayLevel RocketMQ delay level 1-18 of the next try; left out, the delay grows with the
   * number of tries.
   */
  constructor(
    readonly delayLevel?: number,
    message = 'the listener asked for a later retry',
  ) {
    super(message);
  }
}
