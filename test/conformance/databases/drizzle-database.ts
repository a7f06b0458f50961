import { ClsPluginTransactional } from '@nestjs-cls/transactional';
import { TransactionalAdapterDrizzleOrm } from '@nestjs-cls/transactional-adapter-drizzle-orm';
import { drizzle as drizzleMysql, type MySql2Database } from 'drizzle-orm/mysql2';
import { mysqlTable, varchar as mysqlText } from 'drizzle-orm/mysql-core';
import { drizzle as drizzlePostgres, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, varchar as postgresText } from 'drizzle-orm/pg-core';
import { drizzle as drizzleSqlite, type SQLJsDatabase } from 'drizzle-orm/sql-js';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import * as mysql from 'mysql2/promise';
import { ClsModule } from 'nestjs-cls';
import { Pool } from 'pg';
import { RocketDatabaseModule } from 'rocket-nest';
import type { Database } from 'sql.js';
import { Closing, CREATE_EFFECTS, EFFECTS, effectsModule } from './effects';
import type { Effects, ServiceDatabase } from './effects';

interface DrizzleOptions {
  readonly withHost: boolean;
  readonly ensureTables?: boolean;
}

const mysqlEffects = mysqlTable('effects', {
  key: mysqlText('effect_key', { length: 100 }).primaryKey(),
});
const postgresEffects = pgTable('effects', {
  key: postgresText('effect_key', { length: 100 }).primaryKey(),
});
const sqliteEffects = sqliteTable('effects', { key: text('effect_key').primaryKey() });

/** Drizzle on MariaDB. */
export function drizzleService(url: string, options: DrizzleOptions): ServiceDatabase {
  const pool = mysql.createPool({ uri: url, connectionLimit: 10 });
  return service(options, {
    database: drizzleMysql(pool),
    prepare: () => pool.query(CREATE_EFFECTS),
    effects: (database: MySql2Database) => ({
      insert: (key) => database.insert(mysqlEffects).values({ key }),
      keys: async () => (await database.select().from(mysqlEffects)).map(({ key }) => key),
      transaction: (work) => database.transaction(() => work()),
    }),
    close: () => pool.end(),
  });
}

export function drizzlePostgresService(url: string, options: DrizzleOptions): ServiceDatabase {
  const pool = new Pool({ connectionString: url });
  return service(options, {
    database: drizzlePostgres(pool),
    prepare: () => pool.query(CREATE_EFFECTS),
    effects: (database: NodePgDatabase) => ({
      insert: (key) => database.insert(postgresEffects).values({ key }),
      keys: async () => (await database.select().from(postgresEffects)).map(({ key }) => key),
      transaction: (work) => database.transaction(() => work()),
    }),
    close: () => pool.end(),
  });
}

export function drizzleSqliteService(database: Database): ServiceDatabase {
  return service(
    { withHost: false },
    {
      database: drizzleSqlite(database),
      prepare: () => Promise.resolve(database.run(CREATE_EFFECTS)),
      effects: (found: SQLJsDatabase) => ({
        insert: async (key) => found.insert(sqliteEffects).values({ key }).run(),
        keys: async () => (await found.select().from(sqliteEffects)).map(({ key }) => key),
      }),
      close: () => undefined,
    },
  );
}

interface DrizzleParts<D> {
  readonly database: D;
  prepare(): Promise<unknown>;
  effects(database: D): Effects;
  close(): unknown;
}

/** The database injected as usual, with or without the application's own TransactionHost. */
function service<D>(
  { withHost, ensureTables = true }: DrizzleOptions,
  { database, prepare, effects, close }: DrizzleParts<D>,
): ServiceDatabase {
  const module = effectsModule([
    {
      provide: 'DRIZZLE',
      useFactory: async () => {
        await prepare();
        return database;
      },
    },
    { provide: EFFECTS, inject: ['DRIZZLE'], useFactory: effects },
    { provide: 'CLOSING', useFactory: () => new Closing(close) },
  ]);
  const host = ClsModule.forRoot({
    plugins: [
      new ClsPluginTransactional({
        adapter: new TransactionalAdapterDrizzleOrm({ drizzleInstanceToken: 'DRIZZLE' }),
      }),
    ],
  });
  return {
    imports: [
      module,
      ...(withHost ? [host] : []),
      RocketDatabaseModule.forDrizzle({ token: 'DRIZZLE', ensureTables }),
    ],
  };
}
