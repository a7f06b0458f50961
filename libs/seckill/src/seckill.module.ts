import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TerminusModule } from '@nestjs/terminus';
import { Registry } from 'prom-client';
import {
  RocketDatabaseModule,
  RocketModule,
  RocketOutboxModule,
  RocketTransactionModule,
} from 'rocket-nest';
import { RocketHealthModule } from 'rocket-nest/health';
import { RocketMetricsModule } from 'rocket-nest/metrics';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { BuyerTokens } from './buyer-tokens';
import { HealthController } from './health.controller';
import { MetricsController } from './metrics.controller';
import { ORDER_TOPIC, orderTimeout } from './order-messages';
import { paymentPaid } from './payment-messages';
import { RefusalFilter } from './refusal.filter';
import { runMigrations } from './run-migrations';
import { SECKILL_CONFIG, type SeckillConfig } from './seckill-config';
import { Signer } from './signer';

const THROTTLE_WINDOW_MS = 10_000;
const OUTBOX_POLL_MS = 200;

/** A service's tables: its entities, and the migrations that make them. */
export type ServiceTables = Required<Pick<DataSourceOptions, 'entities' | 'migrations'>>;

/**
 * What both services stand on: configuration, database, RocketMQ with transactions and inbox in that
 * database, a limit on requests, health and metrics.
 */
@Module({})
export class SeckillModule {
  static forService(name: string, config: SeckillConfig, tables: ServiceTables): DynamicModule {
    const registry = new Registry();
    return {
      module: SeckillModule,
      global: true,
      imports: [
        ThrottlerModule.forRoot({
          throttlers: [{ ttl: THROTTLE_WINDOW_MS, limit: config.requestsPer10s }],
          // A global guard stands in front of listeners too, and messages are no flood.
          skipIf: (context) => context.getType() !== 'http',
          errorMessage: 'too many requests from your address, wait a few seconds',
        }),
        TypeOrmModule.forRootAsync({
          useFactory: () => ({
            type: 'postgres',
            url: config.databaseUrl,
            schema: config.databaseSchema,
            poolSize: config.databasePoolSize,
            applicationName: name,
            ...tables,
          }),
          dataSourceFactory: openDatabase,
        }),
        RocketModule.forRoot({
          namesrvAddr: config.namesrvAddr,
          client: { localOffsetStoreDir: config.offsetsFolder },
          producer: { group: `${name}-producer` },
          ensureTopics: [ORDER_TOPIC, orderTimeout.topic, paymentPaid.topic],
        }),
        RocketDatabaseModule.forTypeOrm({ schema: config.databaseSchema, ensureTables: true }),
        RocketTransactionModule.forRoot(),
        RocketOutboxModule.forRoot({ pollIntervalMs: OUTBOX_POLL_MS }),
        TerminusModule,
        RocketHealthModule,
        RocketMetricsModule.forRoot({ registry }),
      ],
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: SECKILL_CONFIG, useValue: config },
        { provide: Registry, useValue: registry },
        { provide: Signer, useValue: new Signer(config.secret) },
        { provide: APP_GUARD, useClass: ThrottlerGuard },
        { provide: APP_FILTER, useClass: RefusalFilter },
        BuyerTokens,
      ],
      exports: [SECKILL_CONFIG, Signer, BuyerTokens],
    };
  }
}

/** The tables are there before anything looks for them. */
async function openDatabase(options?: DataSourceOptions): Promise<DataSource> {
  const dataSource = await new DataSource(options!).initialize();
  try {
    await runMigrations(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}
