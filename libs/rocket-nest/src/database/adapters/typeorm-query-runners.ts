import type { ConnectionMutex } from '../connection-mutex';
import type { TypeOrmDataSource, TypeOrmEntityManager, TypeOrmQueryRunner } from './typeorm-types';

type Method = (...args: unknown[]) => Promise<unknown>;

/**
 * The transaction's query runner for a repository or manager that joins it: they release what they
 * took, which must not end the transaction. Begun again, it makes a savepoint, as TypeORM does.
 */
export function joinedRunner(runner: TypeOrmQueryRunner): TypeOrmQueryRunner {
  const release = (): Promise<void> => Promise.resolve();
  return new Proxy(runner, {
    get: (target, name, self: unknown) =>
      name === 'release' ? release : (Reflect.get(target, name, self) as unknown),
  });
}

/**
 * A query runner of an engine with one connection. TypeORM gives the same runner to everyone, so that
 * a statement would run inside whatever transaction is open; here it waits for that one's end.
 */
export class GuardedRunner {
  private holds = false;
  private manager: TypeOrmEntityManager | undefined;

  private constructor(
    private readonly runner: TypeOrmQueryRunner,
    private readonly dataSource: TypeOrmDataSource,
    private readonly mutex: ConnectionMutex,
    private readonly waitMs: number | undefined,
  ) {}

  static over(
    runner: TypeOrmQueryRunner,
    dataSource: TypeOrmDataSource,
    mutex: ConnectionMutex,
    waitMs?: number,
  ): TypeOrmQueryRunner {
    const guard = new GuardedRunner(runner, dataSource, mutex, waitMs);
    return new Proxy(runner, {
      get: (target, name, self: TypeOrmQueryRunner) => guard.get(target, name, self),
    });
  }

  private get(
    target: TypeOrmQueryRunner,
    name: string | symbol,
    self: TypeOrmQueryRunner,
  ): unknown {
    if (name === 'isTransactionActive') return this.holds && target.isTransactionActive;
    if (name === 'manager') return (this.manager ??= this.dataSource.createEntityManager(self));
    const value = Reflect.get(target, name, self) as unknown;
    if (typeof value !== 'function') return value;
    const method = (...args: unknown[]): Promise<unknown> =>
      Reflect.apply(value as Method, self, args);
    if (name === 'query') return (...args: unknown[]) => this.query(() => method(...args));
    if (name === 'startTransaction')
      return (...args: unknown[]) => this.start(() => method(...args));
    if (name === 'commitTransaction' || name === 'rollbackTransaction' || name === 'release') {
      return (...args: unknown[]) => this.end(() => method(...args));
    }
    return value;
  }

  private query(run: () => Promise<unknown>): Promise<unknown> {
    return this.holds ? run() : this.mutex.run(run, this.waitMs);
  }

  private async start(begin: () => Promise<unknown>): Promise<unknown> {
    if (this.holds) return begin(); // a savepoint
    await this.mutex.acquire(this.waitMs);
    this.holds = true;
    try {
      return await begin();
    } catch (error) {
      this.letGo();
      throw error;
    }
  }

  private async end(finish: () => Promise<unknown>): Promise<unknown> {
    try {
      return await finish();
    } finally {
      if (this.holds && !this.runner.isTransactionActive) this.letGo();
    }
  }

  private letGo(): void {
    this.holds = false;
    this.mutex.release();
  }
}
