import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { SqlExecutor } from 'rocket-nest';

/** Injection token of the application's own writes. */
export const EFFECTS = 'EFFECTS';

/** Writes as an application does them: with what it was injected, unaware of any transaction. */
export interface Effects {
  insert(key: string): Promise<unknown>;
  keys(): Promise<string[]>;
  /** Begins a transaction with what was injected, where the library has such a thing. */
  transaction?(work: () => Promise<unknown>): Promise<unknown>;
}

/** One service's way to a database: modules to import, `EFFECTS` among what they export. */
export interface ServiceDatabase {
  readonly imports: NonNullable<DynamicModule['imports']>;
}

/** A database, and how services get at it. */
export interface DatabaseUnderTest {
  /** The engine lives in this process, with one connection: another instance is the same one. */
  readonly isInProcess: boolean;
  /** Another service, or another instance of one, with connections of its own if the engine has. */
  connect(options?: ConnectOptions): ServiceDatabase;
  stop(): Promise<void>;
}

export interface ConnectOptions {
  /** Another port than the server's, such as that of a proxy before it. */
  readonly port?: number;
  readonly ensureTables?: boolean;
}

export const CREATE_EFFECTS =
  'CREATE TABLE IF NOT EXISTS effects (effect_key VARCHAR(100) PRIMARY KEY)';

@Module({})
class EffectsModule {}

/** Exports `EFFECTS` to all of the application. */
export function effectsModule(providers: Provider[], imports: ServiceDatabase['imports'] = []) {
  return {
    module: EffectsModule,
    global: true,
    imports: [...imports],
    providers,
    exports: providers.map((provider) => (provider as { provide: string }).provide),
  };
}

/** Writes of an application that has nothing but the executor. */
export function effectsOfExecutor(executor: SqlExecutor): Effects {
  return {
    insert: (key) =>
      executor.current()?.query('INSERT INTO effects VALUES (?)', [key]) ??
      Promise.reject(new Error('not in a transaction')),
    keys: async () => {
      const { rows } = await executor.detached((connection) =>
        connection.query<{ effect_key: string }>('SELECT effect_key FROM effects'),
      );
      return rows.map((row) => row.effect_key);
    },
  };
}

/** Closes a client when the application ends. */
export class Closing {
  constructor(private readonly close: () => unknown) {}

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}
