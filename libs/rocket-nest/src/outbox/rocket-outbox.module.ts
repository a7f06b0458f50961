import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { getConnectionToken, getProducerToken } from '../connection/connection-tokens';
import type { RocketConnection } from '../connection/rocket-connection';
import { ROCKET_ENVIRONMENT, type RocketEnvironment } from '../connection/rocket-environment';
import { checkRocketTable } from '../database/schema/missing-table';
import type { SqlExecutor } from '../database/sql-executor';
import { getSqlExecutorToken } from '../database/sql-executor-token';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { ProducerService } from '../producer/producer.service';
import { DEFAULT_CONNECTION } from '../rocket.constants';
import { TransactionCoreModule } from '../transaction/transaction-core.module';
import { TransactionLifecycle } from '../transaction/transaction-lifecycle';
import { getOutboxToken, Outbox } from './outbox';
import { OutboxRelay } from './outbox-relay';
import { OutboxTable } from './outbox-table';

const DEFAULT_POLL_INTERVAL_MS = 500;
const DEFAULT_BATCH_SIZE = 50;
const LARGEST_BATCH = 1000;

export interface RocketOutboxOptions {
  /** Connection of RocketModule that messages are sent on. Default: the default one. */
  connection?: string;
  /** Name of the RocketDatabaseModule that holds `rocket_outbox`. Default `default`. */
  database?: string;
  /** Whether this instance sends; one of all instances is enough. Default true. */
  relay?: boolean;
  /** Pause after nothing was left to send, in milliseconds. Default 500. */
  pollIntervalMs?: number;
  /** Messages sent at a time, 1 to 1000. Default 50. */
  batchSize?: number;
}

/**
 * An outbox for one connection: `Outbox.send` writes messages in the transaction of the caller, and
 * `onFailure: 'outbox'` of a send what could not be sent. Needs a `RocketDatabaseModule`.
 */
@Module({})
export class RocketOutboxModule {
  static forRoot(options: RocketOutboxOptions = {}): DynamicModule {
    check(options);
    return {
      module: RocketOutboxModule,
      global: true,
      imports: [TransactionCoreModule],
      providers: [outboxProvider(options)],
      exports: [getOutboxToken(options.connection)],
    };
  }
}

function outboxProvider(options: RocketOutboxOptions): FactoryProvider<Outbox> {
  const { connection: name = DEFAULT_CONNECTION, database, relay: relays = true } = options;
  const { pollIntervalMs = DEFAULT_POLL_INTERVAL_MS, batchSize = DEFAULT_BATCH_SIZE } = options;
  return {
    provide: getOutboxToken(name),
    inject: [
      getSqlExecutorToken(database),
      getConnectionToken(name),
      getProducerToken(name),
      TransactionLifecycle,
      { token: ROCKET_ENVIRONMENT, optional: true },
    ],
    useFactory: (
      executor: SqlExecutor,
      connection: RocketConnection,
      producer: ProducerService,
      lifecycle: TransactionLifecycle,
      environment: RocketEnvironment | undefined,
    ) => {
      const nowMs = environment ? () => environment.clock.wallNow() : Date.now;
      const table = new OutboxTable(executor, name);
      const relay = new OutboxRelay(
        table,
        (message, shardingKey) => producer.sendMessage(message, { shardingKey }),
        { pollIntervalMs, batchSize },
        nowMs,
      );
      const outbox = new Outbox(table, producer.messages, nowMs, relay);
      producer.useOutboxWriter(outbox);
      lifecycle.add({
        start: async () => {
          await checkRocketTable(executor, 'rocket_outbox');
          if (relays && connection.isEnabled) relay.start();
        },
        stop: () => relay.stop(),
      });
      return outbox;
    },
  };
}

function check({ pollIntervalMs = 1, batchSize = 1 }: RocketOutboxOptions): void {
  if (!(pollIntervalMs > 0)) {
    throw new RocketConfigError(
      `RocketOutboxModule: pollIntervalMs must be above 0, not ${pollIntervalMs}`,
    );
  }
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > LARGEST_BATCH) {
    throw new RocketConfigError(
      `RocketOutboxModule: batchSize must be a whole number from 1 to ${LARGEST_BATCH}, not ${batchSize}`,
    );
  }
}
