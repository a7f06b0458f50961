/** The part of a Drizzle session that is used. */
export interface DrizzleSession {
  /** The driver's pool or connection. */
  readonly client?: unknown;
  transaction(work: (transaction: DrizzleDatabase) => Promise<unknown>, config?: object): unknown;
}

/** The part of a Drizzle database, or of its transactions, that is used. */
export interface DrizzleDatabase {
  readonly session?: DrizzleSession;
  /** PostgreSQL and MySQL. */
  execute?(query: unknown): PromiseLike<unknown>;
  /** SQLite. */
  all?(query: unknown): unknown;
  run?(query: unknown): unknown;
  transaction(work: (transaction: DrizzleDatabase) => Promise<unknown>): unknown;
}

/** The part of the package `drizzle-orm` that is used. */
export interface DrizzleModule {
  readonly sql: (strings: TemplateStringsArray, ...params: unknown[]) => unknown;
}
