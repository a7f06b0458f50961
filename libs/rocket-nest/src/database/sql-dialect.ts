/** The families of databases whose SQL is known here; MariaDB is `mysql`. */
export type SqlDialect = 'postgres' | 'mysql' | 'sqlite';

/** Isolation of a transaction. READ UNCOMMITTED is refused: a check could read what is not there. */
export type SqlIsolation = 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
