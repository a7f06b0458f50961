export { RocketModule } from './rocket.module';
export type {
  EmbeddedOptions,
  RocketModuleAsyncOptions,
  RocketModuleOptions,
  RocketModuleOptionsFactory,
  RocketProducerOptions,
} from './rocket-module-options';
export type { RocketClientOptions } from './rocket-module-options';
export { RocketConnection } from './connection/rocket-connection';
export {
  getConnectionToken,
  getListenerRegistrarToken,
  getProducerToken,
} from './connection/connection-tokens';
export { InjectProducer } from './decorators/inject-producer.decorator';
export { RocketListener } from './decorators/rocket-listener.decorator';
export type {
  RocketListenerConfiguration,
  RocketListenerDeclaration,
  RocketListenerEnvironment,
  RocketListenerOptions,
  RocketListenerOverrides,
} from './decorators/rocket-listener-options';
export { RocketConsumer } from './decorators/rocket-consumer.decorator';
export type {
  RocketConsumerDeclaration,
  RocketConsumerOptions,
} from './decorators/rocket-consumer.decorator';
export { RocketHandler } from './decorators/rocket-handler.decorator';
export type { RocketHandlerOptions } from './decorators/rocket-handler.decorator';
export { MessageBody } from './decorators/message-body.decorator';
export { MessageHeader } from './decorators/message-header.decorator';
export { MessageKeys } from './decorators/message-keys.decorator';
export { ConsumeContext } from './decorators/consume-context.decorator';
export { RocketContext } from './listener/rocket-context';
export { RocketBatchContext } from './listener/rocket-batch-context';
export type { BatchFailure } from './listener/rocket-batch-context';
export { ListenerRegistrar } from './listener/listener-registrar';
export type { GroupStatus, ListenerState } from './listener/listener-state';
export { ListenerWrappers } from './listener/listener-wrappers';
export type { ListenerWrapper } from './listener/listener-wrappers';
export type {
  BatchInvoke,
  ListenerDefinition,
  ListenerInvoke,
  ResolvedListenerOptions,
} from './listener/listener-definition';
export { ProducerService } from './producer/producer.service';
export { defineTopic } from './producer/topic-definition';
export type { TopicDefinition, TopicDefinitionInit } from './producer/topic-definition';
export type { Destination } from './producer/destination';
export type { EnsuredTopic, EnsuredTopicOptions } from './producer/ensured-topic';
export type {
  CallOptions,
  MessageOptions,
  RequestOptions,
  SendBatchOptions,
  SendOptions,
  TransactionOptions,
} from './producer/send-options';
export { SendWrappers } from './producer/send-wrappers';
export type { SendCall, SendInvoke, SendKind, SendWrapper } from './producer/send-wrappers';
export type { KeptInOutbox } from './producer/kept-in-outbox';
export type { OutboxWriter } from './producer/outbox-writer';
export type { TransactionRunner } from './producer/transaction-runner';
export { OutboxError } from './producer/outbox-error';
export { PayloadError } from './producer/payload-error';
export type { MessageSerializer } from './serialization/message-serializer';
export type { SchemaIssue, SchemaResult, StandardSchema } from './serialization/standard-schema';
export { RetryLater } from './errors/retry-later';
export { RejectToDlq } from './errors/reject-to-dlq';
export { RocketConfigError } from './errors/rocket-config-error';
export { DEFAULT_CONNECTION, ROCKET_CONTEXT_TYPE, ROCKET_MESSAGE } from './rocket.constants';
export { RocketDatabaseModule } from './database/rocket-database.module';
export type {
  DatabaseOptions,
  DrizzleDatabaseOptions,
  ExecutorDatabaseOptions,
  KnexDatabaseOptions,
  TypeOrmDatabaseOptions,
} from './database/rocket-database-options';
export type { SqlConnection, SqlResult } from './database/sql-connection';
export type { SqlDialect, SqlIsolation } from './database/sql-dialect';
export type { DetachedOptions, SqlExecutor, SqlTransactionOptions } from './database/sql-executor';
export type { SqlBackend } from './database/sql-backend';
export { createSqlExecutor } from './database/adapted-sql-executor';
export { getSqlExecutorToken, InjectSqlExecutor } from './database/sql-executor-token';
export { isDuplicateKeyError, isRetryableError } from './database/sql-error-codes';
export { RocketDatabaseError } from './database/rocket-database-error';
export type { RocketDatabaseErrorCode } from './database/rocket-database-error';
export { numberPlaceholders } from './database/placeholders';
export {
  ensureRocketTables,
  rocketSchema,
  rocketSchemaStatements,
} from './database/schema/rocket-schema';
export { Idempotent } from './idempotent/idempotent.decorator';
export type { IdempotentHttpOptions, IdempotentOptions } from './idempotent/idempotent-options';
export { RocketIdempotencyModule } from './idempotent/rocket-idempotency.module';
export type { IdempotencyRedisAsyncOptions } from './idempotent/rocket-idempotency.module';
export { getIdempotencyRedisToken } from './idempotent/idempotency-tokens';
export type { IdempotencyModuleOptions } from './idempotent/idempotency-tokens';
export { IdempotencyStores } from './idempotent/idempotency-stores';
export type {
  IdempotencyOutcome,
  IdempotencyScope,
  IdempotencyStore,
  IdempotentRun,
} from './idempotent/idempotency-store';
export { IdempotencyEvents } from './idempotent/idempotency-events';
export type {
  IdempotencyEvent,
  IdempotencyEventListener,
  IdempotencyEventType,
} from './idempotent/idempotency-events';
export { IdempotencyError } from './idempotent/idempotency-error';
export type { IdempotencyErrorCode } from './idempotent/idempotency-error';
export type { LeaseBackend, LeaseClaim } from './idempotent/lease/lease-backend';
export { MemoryLeaseBackend } from './idempotent/lease/memory-lease-backend';
export type { RedisClient } from './idempotent/lease/redis-client';
export type { RedisLeaseOptions } from './idempotent/lease/redis-lease-backend';
export type { IdempotencyRedisOptions } from './idempotent/lease/redis-options';
export { RocketTransactionModule } from './transaction/rocket-transaction.module';
export type {
  RocketTransactionAsyncOptions,
  RocketTransactionOptions,
  TransactionSettings,
} from './transaction/rocket-transaction-options';
export { TransactionalMessage } from './transaction/transactional-message.decorator';
export type { TransactionalMessageOptions } from './transaction/transactional-message.options';
export { TransactionCheck } from './transaction/transaction-check.decorator';
export type {
  TransactionCheckAnswer,
  TransactionCheckOptions,
} from './transaction/transaction-check.decorator';
export { getTransactionsToken, RocketTransactions } from './transaction/rocket-transactions';
export type { TransactionStats } from './transaction/transaction-stats';
export { RocketTransactionError } from './transaction/rocket-transaction-error';
export type { RocketTransactionErrorCode } from './transaction/rocket-transaction-error';
export { RocketOutboxModule } from './outbox/rocket-outbox.module';
export type { RocketOutboxOptions } from './outbox/rocket-outbox.module';
export { getOutboxToken, Outbox } from './outbox/outbox';
export type { OutboxBacklog } from './outbox/outbox';
export type { OutboxStats } from './outbox/outbox-relay';
