import knex, { type Knex } from 'knex';
import { RocketDatabaseModule } from 'rocket-nest';
import { Closing, CREATE_EFFECTS, EFFECTS, effectsModule } from './effects';
import type { Effects, ServiceDatabase } from './effects';

/** A Knex instance injected as usual. */
export function knexService(url: string, ensureTables = true): ServiceDatabase {
  const client = url.startsWith('postgres') ? 'pg' : 'mysql2';
  const instance = knex({ client, connection: url, pool: { min: 0, max: 40 } });
  const module = effectsModule([
    {
      provide: 'KNEX',
      useFactory: async () => {
        await instance.raw(CREATE_EFFECTS);
        return instance;
      },
    },
    {
      provide: EFFECTS,
      inject: ['KNEX'],
      useFactory: (database: Knex): Effects => ({
        insert: (key) => database('effects').insert({ effect_key: key }),
        keys: () => database('effects').pluck('effect_key'),
        transaction: (work) => database.transaction(() => work()),
      }),
    },
    { provide: 'CLOSING', useFactory: () => new Closing(() => instance.destroy()) },
  ]);
  return { imports: [module, RocketDatabaseModule.forKnex({ token: 'KNEX', ensureTables })] };
}
