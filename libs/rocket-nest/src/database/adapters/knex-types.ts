/** The part of Knex that is used. */
export interface KnexClient {
  readonly dialect: string;
  readonly config: { readonly client?: unknown };
  runner(builder: unknown): unknown;
  transaction(container: unknown, config?: unknown, outer?: unknown): unknown;
}

/** A Knex instance or one of its transactions. */
export interface KnexLike {
  readonly client: KnexClient;
  raw(sql: string, params: readonly unknown[]): PromiseLike<unknown>;
  transaction<T>(
    work: (transaction: KnexLike) => Promise<T>,
    config?: { isolationLevel?: string },
  ): Promise<T>;
}
