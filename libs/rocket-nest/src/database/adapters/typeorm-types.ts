/** What a query runner answers when asked for a structured result. */
export interface TypeOrmQueryResult {
  readonly records?: unknown[];
  readonly affected?: number;
}

/** The part of TypeORM's `QueryRunner` that is used. */
export interface TypeOrmQueryRunner {
  readonly manager: TypeOrmEntityManager;
  readonly isTransactionActive: boolean;
  /** With PostgreSQL a client of pg, whose newer versions know how the transaction stands. */
  readonly databaseConnection?: {
    readonly readyForQuery?: boolean;
    getTransactionStatus?(): string | null;
  };
  query(sql: string, params: unknown[], structured: true): Promise<TypeOrmQueryResult>;
  release(): Promise<void>;
}

/** The part of TypeORM's `EntityManager` that is used. */
export interface TypeOrmEntityManager {
  readonly queryRunner?: TypeOrmQueryRunner;
  transaction<T>(work: (manager: TypeOrmEntityManager) => Promise<T>): Promise<T>;
}

/** The part of TypeORM's `DataSource` that is used. Named here, as TypeORM is an optional peer. */
export interface TypeOrmDataSource {
  readonly options: { readonly type: string; readonly isolationLevel?: string };
  readonly manager: TypeOrmEntityManager;
  createQueryRunner(mode?: 'master' | 'slave'): TypeOrmQueryRunner;
  createEntityManager(queryRunner: TypeOrmQueryRunner): TypeOrmEntityManager;
  transaction<T>(work: (manager: TypeOrmEntityManager) => Promise<T>): Promise<T>;
  transaction<T>(
    isolation: string,
    work: (manager: TypeOrmEntityManager) => Promise<T>,
  ): Promise<T>;
}
