import { ClsPluginTransactional } from '@nestjs-cls/transactional';
import { TransactionalAdapterDrizzleOrm } from '@nestjs-cls/transactional-adapter-drizzle-orm';
import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2';
import { mysqlTable, varchar } from 'drizzle-orm/mysql-core';
import * as mysql from 'mysql2/promise';
import { ClsModule } from 'nestjs-cls';
import { RocketDatabaseModule } from 'rocket-nest';
import { Closing, CREATE_EFFECTS, EFFECTS, effectsModule } from './effects';
import type { Effects, ServiceDatabase } from './effects';

const effects = mysqlTable('effects', {
  key: varchar('effect_key', { length: 100 }).primaryKey(),
});

/** A Drizzle database injected as usual, with or without the application's own TransactionHost. */
export function drizzleService(
  url: string,
  { withHost, ensureTables = true }: { withHost: boolean; ensureTables?: boolean },
): ServiceDatabase {
  const pool = mysql.createPool({ uri: url, connectionLimit: 10 });
  const module = effectsModule([
    {
      provide: 'DRIZZLE',
      useFactory: async () => {
        await pool.query(CREATE_EFFECTS);
        return drizzle(pool);
      },
    },
    {
      provide: EFFECTS,
      inject: ['DRIZZLE'],
      useFactory: (database: MySql2Database): Effects => ({
        insert: (key) => database.insert(effects).values({ key }),
        keys: async () => (await database.select().from(effects)).map(({ key }) => key),
      }),
    },
    { provide: 'CLOSING', useFactory: () => new Closing(() => pool.end()) },
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
