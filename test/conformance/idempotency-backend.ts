import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type IdempotencyEventType,
  IdempotencyEvents,
  type IdempotencyStore,
  IdempotencyStores,
  RocketDatabaseModule,
  RocketIdempotencyModule,
} from 'rocket-nest';
import { DataSource, type DataSourceOptions, EntitySchema, type Repository } from 'typeorm';

/** An effect of a handler; not unique, so that a second one is seen. */
export interface Effect {
  id?: number;
  key: string;
}

export const effectSchema = new EntitySchema<Effect>({
  name: 'Effect',
  tableName: 'effects',
  columns: {
    id: { type: 'integer', primary: true, generated: 'increment' },
    key: { type: 'varchar', length: 1200, name: 'effect_key' },
  },
});

/** One instance of a service: its store, and what its handlers write. */
export interface ServiceInstance {
  readonly store: IdempotencyStore;
  readonly app: INestApplicationContext;
  /** Events of its handlers in the order they came. */
  readonly events: IdempotencyEventType[];
  /** What a handler writes; with a database by a repository injected as usual. */
  addEffect(key: string): Promise<void>;
}

/** A store to be tested, with as many service instances on it as a test wants. */
export interface IdempotencyBackend {
  /** @param retentionIntervalMs of an inbox; default the product's */
  newInstance(retentionIntervalMs?: number): Promise<ServiceInstance>;
  /** How often each key took effect. */
  effects(): Promise<Map<string, number>>;
  stop(): Promise<void>;
}

type Imports = NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>;

async function instanceOf(
  store: 'db' | 'redis' | 'memory',
  imports: Imports,
  addEffectWith: (app: INestApplicationContext) => (key: string) => Promise<void>,
  retentionIntervalMs?: number,
): Promise<ServiceInstance> {
  const module = Test.createTestingModule({
    imports: [RocketIdempotencyModule.forRoot({ retentionIntervalMs }), ...imports],
  });
  const app = await (await module.compile()).init();
  const events: IdempotencyEventType[] = [];
  app.get(IdempotencyEvents).subscribe(({ type }) => events.push(type));
  return {
    app,
    events,
    store: app.get(IdempotencyStores).of({ store }, 'the conformance suite'),
    addEffect: addEffectWith(app),
  };
}

class CountedEffects {
  readonly counts = new Map<string, number>();

  readonly add = (key: string): Promise<void> => {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    return Promise.resolve();
  };
}

async function closeAll(instances: readonly ServiceInstance[]): Promise<void> {
  for (const { app } of instances) await app.close();
}

/** Instances on a Redis; or on memory, where there is but one. */
export function leaseBackend(store: 'redis' | 'memory', url?: string): IdempotencyBackend {
  const effects = new CountedEffects();
  const instances: ServiceInstance[] = [];
  return {
    async newInstance() {
      const imports = url === undefined ? [] : [RocketIdempotencyModule.forRedis({ url })];
      const shared = store === 'memory' ? instances[0] : undefined;
      const instance = shared ?? (await instanceOf(store, imports, () => effects.add));
      if (!shared) instances.push(instance);
      return instance;
    },
    effects: () => Promise.resolve(effects.counts),
    stop: () => closeAll(instances),
  };
}

/** Instances on a database; an engine inside the process has but one. */
export function inboxBackend(
  options: DataSourceOptions,
  {
    shared = false,
    observedBy = options,
  }: { shared?: boolean; observedBy?: DataSourceOptions } = {},
): IdempotencyBackend {
  const instances: ServiceInstance[] = [];
  let observer: DataSource | undefined;
  const dataSource = async (): Promise<DataSource> => {
    if (shared && instances[0]) return instances[0].app.get(DataSource);
    return (observer ??= await new DataSource(observedBy).initialize());
  };
  return {
    async newInstance(retentionIntervalMs) {
      if (shared && instances[0]) return instances[0];
      const first = instances.length === 0;
      const imports = [
        TypeOrmModule.forRoot({ ...options, entities: [effectSchema], synchronize: first }),
        RocketDatabaseModule.forTypeOrm({ ensureTables: first }),
      ];
      const instance = await instanceOf(
        'db',
        imports,
        (app) => {
          const effects: Repository<Effect> = app.get(DataSource).getRepository(effectSchema);
          return async (key) => {
            await effects.insert({ key });
          };
        },
        retentionIntervalMs,
      );
      instances.push(instance);
      return instance;
    },
    async effects() {
      const rows: { effect_key: string; times: unknown }[] = await (
        await dataSource()
      ).query('SELECT effect_key, COUNT(*) AS times FROM effects GROUP BY effect_key');
      return new Map(rows.map((row) => [row.effect_key, Number(row.times)]));
    },
    async stop() {
      await observer?.destroy();
      await closeAll(instances);
    },
  };
}
