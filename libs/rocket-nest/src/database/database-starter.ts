import { isolationProblemOf } from './isolation-check';
import { RocketDatabaseError } from './rocket-database-error';
import { ensureRocketTables } from './schema/rocket-schema';
import type { SqlExecutor } from './sql-executor';

/** What has to happen before an executor is used, once for each. */
export class DatabaseStarter {
  constructor(
    private readonly executor: SqlExecutor,
    private readonly ensureTables: boolean,
    /** Finds the application's transaction host. */
    private readonly adapt: () => Promise<void> = () => Promise.resolve(),
  ) {}

  async onModuleInit(): Promise<void> {
    await this.adapt();
    const problem = await isolationProblemOf(this.executor);
    if (problem !== undefined) throw new RocketDatabaseError('ISOLATION_REFUSED', problem);
    if (this.ensureTables) await ensureRocketTables(this.executor);
  }
}
