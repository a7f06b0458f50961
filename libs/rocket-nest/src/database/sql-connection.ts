/** What a statement gave back. */
export interface SqlResult<R> {
  readonly rows: R[];
  /** Rows inserted, changed or deleted; meaningless for a query. */
  readonly affected: number;
}

/** One connection to a database, inside a transaction or not. */
export interface SqlConnection {
  /**
   * Runs one statement. Placeholders are `?` in every dialect; a `?` inside quotes is left alone.
   *
   * @throws what the driver throws; judge it with the executor's `isDuplicateKey` and `isRetryable`
   */
  query<R = Record<string, unknown>>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<SqlResult<R>>;
}
