import { ClsPluginTransactional } from '@nestjs-cls/transactional';
import { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { getDataSourceToken, getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import { ClsModule } from 'nestjs-cls';
import { RocketDatabaseModule } from 'rocket-nest';
import { EntitySchema, type DataSourceOptions, type Repository } from 'typeorm';
import { EFFECTS, effectsModule, type Effects, type ServiceDatabase } from './effects';

interface Effect {
  key: string;
}

export const EffectEntity = new EntitySchema<Effect>({
  name: 'Effect',
  tableName: 'effects',
  columns: { key: { name: 'effect_key', type: 'varchar', length: 100, primary: true } },
});

/** Repositories injected as usual, with or without the application's own TransactionHost. */
export function typeOrmService(
  options: DataSourceOptions,
  { withHost, ensureTables = true }: { withHost: boolean; ensureTables?: boolean },
): ServiceDatabase {
  const repository = getRepositoryToken(EffectEntity);
  const effects = {
    provide: EFFECTS,
    inject: [repository],
    useFactory: (rows: Repository<Effect>): Effects => ({
      insert: (key) => rows.insert({ key }),
      keys: async () => (await rows.find()).map(({ key }) => key),
      transaction: (work) => rows.manager.transaction(() => work()),
    }),
  };
  const host = ClsModule.forRoot({
    plugins: [
      new ClsPluginTransactional({
        adapter: new TransactionalAdapterTypeOrm({ dataSourceToken: getDataSourceToken() }),
      }),
    ],
  });
  return {
    imports: [
      TypeOrmModule.forRoot({ ...options, entities: [EffectEntity], synchronize: true }),
      ...(withHost ? [host] : []),
      effectsModule([effects], [TypeOrmModule.forFeature([EffectEntity])]),
      RocketDatabaseModule.forTypeOrm({ ensureTables }),
    ],
  };
}
