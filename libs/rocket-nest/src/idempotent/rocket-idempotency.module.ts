import { type DynamicModule, Module, type ModuleMetadata } from '@nestjs/common';
import { IdempotencyModule } from './idempotency.module';
import {
  getIdempotencyRedisToken,
  IDEMPOTENCY_MODULE_OPTIONS,
  type IdempotencyModuleOptions,
} from './idempotency-tokens';
import { RedisConnection } from './lease/redis-connection';
import { RedisLeaseBackend } from './lease/redis-lease-backend';
import type { IdempotencyRedisOptions } from './lease/redis-options';

export interface IdempotencyRedisAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** What `@Idempotent({ store: 'redis', name })` names. Default: the one without a name. */
  name?: string | undefined;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- Nest's own form of a factory
  useFactory: (...args: any[]) => IdempotencyRedisOptions | Promise<IdempotencyRedisOptions>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- Nest's own form of a token
  inject?: any[];
}

/**
 * Registers what `@Idempotent` works with beside databases: a Redis, or several by name; and what all
 * its stores share. `store: 'db'` and `store: 'memory'` work without it.
 */
@Module({})
export class RocketIdempotencyModule {
  /**
   * Intervals and limits of all stores. It also brings `@Idempotent` on HTTP handlers to an application
   * without `RocketModule`.
   */
  static forRoot(options: IdempotencyModuleOptions = {}): DynamicModule {
    return {
      module: RocketIdempotencyModule,
      global: true,
      imports: [IdempotencyModule],
      providers: [{ provide: IDEMPOTENCY_MODULE_OPTIONS, useValue: options }],
      exports: [IDEMPOTENCY_MODULE_OPTIONS],
    };
  }

  /** A Redis by its URL, by options of ioredis, or by a client of the application. */
  static forRedis(options: IdempotencyRedisOptions & { readonly name?: string }): DynamicModule {
    return RocketIdempotencyModule.forRedisAsync({
      name: options.name,
      useFactory: () => options,
    });
  }

  /** The same with options from other providers. */
  static forRedisAsync(options: IdempotencyRedisAsyncOptions): DynamicModule {
    const token = getIdempotencyRedisToken(options.name);
    const connection = `${token}:connection`;
    return {
      module: RocketIdempotencyModule,
      global: true,
      imports: [IdempotencyModule, ...(options.imports ?? [])],
      providers: [
        {
          provide: `${token}:options`,
          useFactory: options.useFactory,
          inject: options.inject ?? [],
        },
        {
          provide: connection,
          useFactory: (redis: IdempotencyRedisOptions) => new RedisConnection(redis),
          inject: [`${token}:options`],
        },
        {
          provide: token,
          useFactory: (redis: IdempotencyRedisOptions, shared: RedisConnection) =>
            new RedisLeaseBackend(() => shared.client(), redis),
          inject: [`${token}:options`, connection],
        },
      ],
      exports: [token],
    };
  }
}
