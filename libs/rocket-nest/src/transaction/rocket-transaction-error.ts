export type RocketTransactionErrorCode =
  /** The broker did not store the half message safely; the method was not run. */
  | 'HALF_MESSAGE_NOT_STORED'
  /** A check rolled the message back before the local transaction had begun; nothing was written. */
  | 'TRANSACTION_ABORTED'
  /** COMMIT failed: whether it took place is not known here; the check finds out. */
  | 'COMMIT_IN_DOUBT'
  /** The database ended the transaction while the method ran, which hid that from its caller. */
  | 'TRANSACTION_LOST'
  /** Called inside a transaction whose end is not known here. */
  | 'NESTED_TRANSACTION'
  /** A transactional method called by this one failed, so that this one cannot commit either. */
  | 'NESTED_TRANSACTION_FAILED';

/** A transactional message was not sent, or its outcome is open; `code` says which. */
export class RocketTransactionError extends Error {
  override readonly name = 'RocketTransactionError';

  constructor(
    readonly code: RocketTransactionErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
