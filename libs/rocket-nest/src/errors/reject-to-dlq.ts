import { IntrinsicException } from '@nestjs/common';

/** Thrown by a listener to move the message to the group's dead letter topic without more tries. */
export class RejectToDlq extends IntrinsicException {
  override readonly name = 'RejectToDlq';
  readonly code = 'REJECT_TO_DLQ';

  /** @param reason kept in the log line. */
  constructor(readonly reason: string) {
    super(reason);
  }
}
