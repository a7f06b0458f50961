import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { getConnectionToken, getProducerToken } from '../connection/connection-tokens';
import type { RocketConnection } from '../connection/rocket-connection';
import { ROCKET_ENVIRONMENT, type RocketEnvironment } from '../connection/rocket-environment';
import type { SqlExecutor } from '../database/sql-executor';
import { getSqlExecutorToken } from '../database/sql-executor-token';
import type { ProducerService } from '../producer/producer.service';
import { SendWrappers } from '../producer/send-wrappers';
import { DEFAULT_CONNECTION } from '../rocket.constants';
import { HalfSender } from './half-sender';
import { LogChecker } from './log-checker';
import { LogRetention } from './log-retention';
import { getTransactionsToken, RocketTransactions } from './rocket-transactions';
import type {
  RocketTransactionAsyncOptions,
  RocketTransactionOptions,
  TransactionSettings,
} from './rocket-transaction-options';
import { RouteChecks } from './route-checks';
import { TransactionCoreModule } from './transaction-core.module';
import { TransactionExplorer } from './transaction-explorer';
import { TransactionLifecycle } from './transaction-lifecycle';
import { TransactionLog } from './transaction-log';
import { TransactionPart } from './transaction-part';
import { checkTransactionSettings } from './transaction-settings.check';
import { TransactionStats } from './transaction-stats';

/**
 * Transactional messages for one connection: `@TransactionalMessage` methods, `producer.transaction`,
 * and the answers to brokers that ask how a transaction ended. Needs a `RocketDatabaseModule`, unless
 * all of them have `txLog: 'none'`.
 */
@Module({})
export class RocketTransactionModule {
  /** @throws RocketConfigError when the application starts */
  static forRoot(options: RocketTransactionOptions = {}): DynamicModule {
    const { connection, database, ...settings } = options;
    return RocketTransactionModule.forRootAsync({
      connection,
      database,
      useFactory: () => settings,
    });
  }

  /** As `forRoot`, with what differs between environments from a factory. */
  static forRootAsync(options: RocketTransactionAsyncOptions): DynamicModule {
    const { connection = DEFAULT_CONNECTION, database, inject = [], useFactory } = options;
    const settings = `rocket-nest TransactionSettings (${connection})`;
    return {
      module: RocketTransactionModule,
      global: true,
      imports: [TransactionCoreModule, ...(options.imports ?? [])],
      providers: [
        { provide: settings, useFactory, inject },
        transactionsProvider(connection, database, settings),
      ],
      exports: [getTransactionsToken(connection)],
    };
  }
}

function transactionsProvider(
  connectionName: string,
  database: string | undefined,
  settingsToken: string,
): FactoryProvider<RocketTransactions> {
  return {
    provide: getTransactionsToken(connectionName),
    inject: [
      settingsToken,
      getConnectionToken(connectionName),
      getProducerToken(connectionName),
      SendWrappers,
      TransactionExplorer,
      TransactionLifecycle,
      { token: getSqlExecutorToken(database), optional: true },
      { token: ROCKET_ENVIRONMENT, optional: true },
    ],
    useFactory: (
      settings: TransactionSettings,
      connection: RocketConnection,
      producer: ProducerService,
      wrappers: SendWrappers,
      explorer: TransactionExplorer,
      lifecycle: TransactionLifecycle,
      executor: SqlExecutor | undefined,
      environment: RocketEnvironment | undefined,
    ) => {
      const checked = checkTransactionSettings(settings, connection.producerGroup);
      const nowMs = environment ? () => environment.clock.wallNow() : Date.now;
      const stats = new TransactionStats();
      const checks = new RouteChecks();
      const log = executor && new TransactionLog(executor, nowMs);
      const retention = log && new LogRetention(log, checked.retentionMs, nowMs);
      const sender = new HalfSender(connection, wrappers, checked, {
        checkLocalTransaction: (message) => transactions.check(message),
      });
      const transactions: RocketTransactions = new RocketTransactions({
        sendHalf: (message, call) => sender.send(message, call),
        messages: producer.messages,
        logged: log && { log, checker: new LogChecker(log, checked, stats, nowMs) },
        retention,
        checks,
        stats,
      });
      producer.useTransactionRunner(transactions);
      const logged = log && retention && { log, retention };
      lifecycle.add(
        new TransactionPart(connectionName, explorer, sender, checks, logged, connection.isEnabled),
      );
      return transactions;
    },
  };
}
