import { Inject, Injectable, Logger, type OnModuleDestroy, Optional } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { checkRocketTable } from '../database/schema/missing-table';
import { ROCKET_ENVIRONMENT, type RocketEnvironment } from '../connection/rocket-environment';
import type { SqlExecutor } from '../database/sql-executor';
import { getSqlExecutorToken } from '../database/sql-executor-token';
import { RocketConfigError } from '../errors/rocket-config-error';
import { IdempotencyEvents } from './idempotency-events';
import type { IdempotencyStore } from './idempotency-store';
import {
  type IdempotencyModuleOptions,
  getIdempotencyRedisToken,
  IDEMPOTENCY_MODULE_OPTIONS,
} from './idempotency-tokens';
import type { IdempotentOptions } from './idempotent-options';
import { InboxIdempotencyStore } from './inbox/inbox-idempotency-store';
import { InboxRetention } from './inbox/inbox-retention';
import type { LeaseBackend } from './lease/lease-backend';
import { LeaseIdempotencyStore } from './lease/lease-idempotency-store';
import { MemoryLeaseBackend } from './lease/memory-lease-backend';

/** The stores of an application, made when the first handler names them. */
@Injectable()
export class IdempotencyStores implements OnModuleDestroy {
  private readonly logger = new Logger('Idempotency');
  private readonly stores = new Map<string, IdempotencyStore>();
  private readonly retentions: InboxRetention[] = [];
  private readonly executors = new Set<SqlExecutor>();

  constructor(
    @Inject(ModuleRef) private readonly modules: ModuleRef,
    @Inject(IdempotencyEvents) private readonly events: IdempotencyEvents,
    @Optional()
    @Inject(IDEMPOTENCY_MODULE_OPTIONS)
    private readonly options: IdempotencyModuleOptions | undefined,
    @Optional()
    @Inject(ROCKET_ENVIRONMENT)
    private readonly environment: RocketEnvironment | undefined,
  ) {}

  /** Throws a RocketConfigError when nothing of that kind and name is registered. */
  of({ store, name }: Pick<IdempotentOptions, 'store' | 'name'>, place: string): IdempotencyStore {
    const id = JSON.stringify([store, name]);
    let found = this.stores.get(id);
    if (!found) {
      found = store === 'db' ? this.makeInbox(name, place) : this.makeLeases(store, name, place);
      this.stores.set(id, found);
    }
    return found;
  }

  /** Rejects when the table of a database that a handler uses is missing. */
  async checkTables(): Promise<void> {
    for (const executor of this.executors) await checkRocketTable(executor, 'rocket_inbox');
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.retentions.map((retention) => retention.stop()));
  }

  private makeInbox(name: string | undefined, place: string): IdempotencyStore {
    const executor = this.registered<SqlExecutor>(getSqlExecutorToken(name));
    if (!executor) {
      throw new RocketConfigError(
        `@Idempotent({ store: 'db' }) on ${place} finds no database${named(name)}; import ` +
          `RocketDatabaseModule.forTypeOrm(${nameOption(name)}), forDrizzle, forKnex or forExecutor`,
      );
    }
    this.executors.add(executor);
    const retention = new InboxRetention(executor, this.options?.retentionIntervalMs);
    retention.start();
    this.retentions.push(retention);
    return new InboxIdempotencyStore(executor);
  }

  private makeLeases(
    store: 'redis' | 'memory',
    name: string | undefined,
    place: string,
  ): IdempotencyStore {
    const backend =
      store === 'memory'
        ? this.makeMemory()
        : this.registered<LeaseBackend>(getIdempotencyRedisToken(name));
    if (!backend) {
      throw new RocketConfigError(
        `@Idempotent({ store: 'redis' }) on ${place} finds no Redis${named(name)}; import ` +
          `RocketIdempotencyModule.forRedis({ ${name ? `name: '${name}', ` : ''}url: 'redis://host:6379' })`,
      );
    }
    return new LeaseIdempotencyStore(backend, (problem, { scope, leaseMs }, cause) => {
      this.events.emit({ type: problem, store, scope });
      const what =
        problem === 'lost'
          ? `ran longer than its lease of ${leaseMs} ms without a renewal, and another delivery has its key`
          : `ran, but its key could not be marked done (${String(cause)})`;
      this.logger.warn(
        `the handler '${scope.listener}' of '${scope.group}' ${what}: it may take effect again for ` +
          `key ${scope.key}`,
      );
    });
  }

  private makeMemory(): LeaseBackend {
    const { options, environment } = this;
    const nowMs = environment && (() => environment.clock.wallNow());
    return new MemoryLeaseBackend(options?.memoryLimitKeys, nowMs);
  }

  private registered<T>(token: string): T | undefined {
    try {
      return this.modules.get<T>(token, { strict: false });
    } catch {
      return undefined;
    }
  }
}

function named(name: string | undefined): string {
  return name === undefined ? '' : ` named '${name}'`;
}

function nameOption(name: string | undefined): string {
  return name === undefined ? '' : `{ name: '${name}' }`;
}
