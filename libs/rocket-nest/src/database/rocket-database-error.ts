export type RocketDatabaseErrorCode =
  /** A table of rocket-nest does not exist in this database. */
  | 'TABLE_MISSING'
  /** An isolation level under which promises cannot be kept. */
  | 'ISOLATION_REFUSED'
  /** Waited too long for the only connection; may succeed later. */
  | 'CONNECTION_BUSY'
  /** Work on a connection of its own was asked for while the caller holds the only one. */
  | 'CONNECTION_HELD'
  /** A statement failed, its error was caught, and PostgreSQL will not commit what was done since. */
  | 'TRANSACTION_FAILED'
  /** The driver's answer or options are not those of a supported version. */
  | 'DRIVER_UNSUPPORTED';

/** Something about the database that the text says how to mend. */
export class RocketDatabaseError extends Error {
  override readonly name = 'RocketDatabaseError';

  constructor(
    readonly code: RocketDatabaseErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
