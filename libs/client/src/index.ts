export { createMessage } from '@rocket-nest/common';
export type { Message, MessageExt, MessageQueue } from '@rocket-nest/common';

export { DefaultMQProducer } from './producer/default-mq-producer';
export type { CompressionType, ProducerOptions } from './producer/producer-options';
export { TransactionMQProducer } from './producer/transaction/transaction-mq-producer';
export type { TransactionProducerOptions } from './producer/transaction/transaction-producer-options';
export type {
  TransactionChecker,
  TransactionListener,
} from './producer/transaction/transaction-listener';
export { LocalTransactionState } from './producer/transaction/local-transaction-state';
export type { TransactionHandle } from './producer/transaction/transaction-handle';
export type { TransactionSendResult } from './producer/transaction/transaction-send-result';
export { createReplyMessage, isRequest } from './producer/request-reply/reply-message';
export type { ReplyInit } from './producer/request-reply/reply-message';
export type { SendOptions } from './producer/send-options';
export type { SendResult } from './producer/send-result';
export { SendStatus } from './producer/send-status';
export {
  selectMessageQueueByHash,
  selectMessageQueueByRandom,
} from './producer/message-queue-selector';
export type { MessageQueueSelector } from './producer/message-queue-selector';

export { DefaultMQPushConsumer } from './consumer/default-mq-push-consumer';
export type { PushConsumerOptions } from './consumer/consumer-options';
export { DefaultLitePullConsumer } from './consumer/lite-pull/default-lite-pull-consumer';
export type {
  LitePullConsumerOptions,
  MessageQueueListener,
} from './consumer/lite-pull/lite-pull-consumer-options';
export type { TopicMessageQueueChangeListener } from './consumer/lite-pull/topic-queue-watch';
export { DefaultMQPullConsumer } from './consumer/pull/default-mq-pull-consumer';
export type { PullConsumerOptions, PullOptions } from './consumer/pull/pull-consumer-options';
export type { PullResult, PullStatus } from './api/pull-result';
export { ConsumeFromWhere } from './consumer/consume-from-where';
export { MessageModel } from './consumer/message-model';
export { ConsumeConcurrentlyStatus, ConsumeOrderlyStatus } from './consumer/message-listener';
export type {
  ConsumeConcurrentlyContext,
  ConsumeOrderlyContext,
  MessageListener,
  MessageListenerConcurrently,
  MessageListenerOrderly,
} from './consumer/message-listener';
export type { QueueStatus } from './consumer/queue-status';
export type { MessageSelector } from './consumer/subscription';
export type { OffsetStore } from './offset/offset-store';

export type {
  AllocateMessageQueueStrategy,
  AllocateRequest,
} from './allocate/allocate-message-queue-strategy';
export { AllocateMessageQueueAveragely } from './allocate/allocate-message-queue-averagely';
export { AllocateMessageQueueAveragelyByCircle } from './allocate/allocate-message-queue-averagely-by-circle';

export { AllocateMessageQueueByConfig } from './allocate/allocate-message-queue-by-config';
export { AllocateMessageQueueByMachineRoom } from './allocate/allocate-message-queue-by-machine-room';
export { AllocateMachineRoomNearby } from './allocate/allocate-machine-room-nearby';
export type { MachineRoomResolver } from './allocate/allocate-machine-room-nearby';
export { AllocateMessageQueueConsistentHash } from './allocate/allocate-message-queue-consistent-hash';
export type { HashFunction } from './allocate/allocate-message-queue-consistent-hash';

export { MQAdmin } from './admin/mq-admin';
export type { CreateTopicOptions } from './admin/mq-admin';
export type { AccessAdmin, AclPolicyEntry, UserChanges, UserType } from './admin/access-admin';
export type { CreateGroupOptions, DeleteGroupOptions, GroupAdmin } from './admin/group-admin';
export type { MessageQuery } from './api/admin-api';
export type { BoundaryType } from './api/queue-api';

export type {
  ConsumeMessageContext,
  ConsumeMessageHook,
  ConsumeReturnType,
} from './hook/consume-message-hook';
export type { EndTransactionContext, EndTransactionHook } from './hook/end-transaction-hook';
export type { SendMessageContext, SendMessageHook } from './hook/send-message-hook';
export type { TraceOptions } from './trace/trace-options';

export { ClientRegistry } from './instance/client-registry';
export type { ClientDependencies, ClientOptions } from './config/client-options';
export type { AddressMapper } from './transport/address-mapper';
export type { ClientTransport } from './transport/client-transport';
export type { ClientTlsOptions } from '@rocket-nest/remoting';
export { AclClientRPCHook } from './transport/acl-client-rpc-hook';
export type { SessionCredentials } from './transport/acl-client-rpc-hook';
export type { RpcHook } from './transport/rpc-hook';
export { ClientError } from './errors/client-error';
export type { ClientErrorCode } from './errors/client-error-code';
export { decisionOf } from './errors/response-decision';
export type { ResponseDecision } from './errors/response-decision';
