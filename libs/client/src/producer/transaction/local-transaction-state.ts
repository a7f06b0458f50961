/** How a local transaction stands. The names are the original's. */
export const LocalTransactionState = {
  /** Done: its message is delivered. */
  COMMIT_MESSAGE: 'COMMIT_MESSAGE',
  /** Undone: its message is dropped. */
  ROLLBACK_MESSAGE: 'ROLLBACK_MESSAGE',
  /** Not known yet: the broker asks (again) later. */
  UNKNOW: 'UNKNOW',
} as const;
export type LocalTransactionState =
  (typeof LocalTransactionState)[keyof typeof LocalTransactionState];
