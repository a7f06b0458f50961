import type { BrokerContext } from './broker-context';
import { AdminBrokerProcessor } from './processors/admin-broker-processor';
import { AdminClientProcessor } from './processors/admin-client-processor';
import { AdminConnectionProcessor } from './processors/admin-connection-processor';
import { AdminGroupProcessor } from './processors/admin-group-processor';
import { AdminOffsetProcessor } from './processors/admin-offset-processor';
import { AdminResetProcessor } from './processors/admin-reset-processor';
import { AdminStatsProcessor } from './processors/admin-stats-processor';
import { AdminStoreProcessor } from './processors/admin-store-processor';
import { AdminTopicProcessor } from './processors/admin-topic-processor';
import { ClientManageProcessor } from './processors/client-manage-processor';
import { ConsumerManageProcessor } from './processors/consumer-manage-processor';
import { EndTransactionProcessor } from './processors/end-transaction-processor';
import { PullMessageProcessor } from './processors/pull-message-processor';
import { QueryAssignmentProcessor } from './processors/query-assignment-processor';
import { QueryMessageProcessor } from './processors/query-message-processor';
import { QueueLockProcessor } from './processors/queue-lock-processor';
import { ReplyMessageProcessor } from './processors/reply-message-processor';
import { ResumeCheckHalfMessageProcessor } from './processors/resume-check-half-message-processor';
import { SendMessageBackProcessor } from './processors/send-message-back-processor';
import { SendMessageProcessor } from './processors/send-message-processor';

/** The processors of a broker, each made once. */
export interface BrokerProcessors {
  readonly send: SendMessageProcessor;
  readonly sendBack: SendMessageBackProcessor;
  readonly endTransaction: EndTransactionProcessor;
  readonly resumeCheck: ResumeCheckHalfMessageProcessor;
  readonly reply: ReplyMessageProcessor;
  readonly pull: PullMessageProcessor;
  readonly query: QueryMessageProcessor;
  readonly client: ClientManageProcessor;
  readonly consumer: ConsumerManageProcessor;
  readonly lock: QueueLockProcessor;
  readonly topics: AdminTopicProcessor;
  readonly groups: AdminGroupProcessor;
  readonly offsets: AdminOffsetProcessor;
  readonly connections: AdminConnectionProcessor;
  readonly broker: AdminBrokerProcessor;
  readonly reset: AdminResetProcessor;
  readonly stats: AdminStatsProcessor;
  readonly store: AdminStoreProcessor;
  readonly clientCalls: AdminClientProcessor;
  readonly assignment: QueryAssignmentProcessor;
}

export function createBrokerProcessors(context: BrokerContext): BrokerProcessors {
  return {
    send: new SendMessageProcessor(context),
    sendBack: new SendMessageBackProcessor(context),
    endTransaction: new EndTransactionProcessor(context),
    resumeCheck: new ResumeCheckHalfMessageProcessor(context),
    reply: new ReplyMessageProcessor(context),
    pull: new PullMessageProcessor(context),
    query: new QueryMessageProcessor(context),
    client: new ClientManageProcessor(context),
    consumer: new ConsumerManageProcessor(context),
    lock: new QueueLockProcessor(context),
    topics: new AdminTopicProcessor(context),
    groups: new AdminGroupProcessor(context),
    offsets: new AdminOffsetProcessor(context),
    connections: new AdminConnectionProcessor(context),
    broker: new AdminBrokerProcessor(context),
    reset: new AdminResetProcessor(context),
    stats: new AdminStatsProcessor(context),
    store: new AdminStoreProcessor(context),
    clientCalls: new AdminClientProcessor(context),
    assignment: new QueryAssignmentProcessor(context),
  };
}
