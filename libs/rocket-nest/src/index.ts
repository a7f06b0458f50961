export { RocketModule } from './rocket.module';
export type {
  EmbeddedOptions,
  RocketModuleAsyncOptions,
  RocketModuleOptions,
  RocketModuleOptionsFactory,
  RocketProducerOptions,
} from './rocket-module-options';
export { RocketListener } from './decorators/rocket-listener.decorator';
export type {
  RocketListenerOptions,
  RocketListenerOverrides,
} from './decorators/rocket-listener-options';
export { MessageBody } from './decorators/message-body.decorator';
export { MessageHeader } from './decorators/message-header.decorator';
export { MessageKeys } from './decorators/message-keys.decorator';
export { ConsumeContext } from './decorators/consume-context.decorator';
export { RocketContext } from './listener/rocket-context';
export { ListenerRegistrar } from './listener/listener-registrar';
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
export { ROCKET_CONTEXT_TYPE } from './rocket.constants';
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
