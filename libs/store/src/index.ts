export type { BrokerRole, FlushDiskType, MessageStoreConfig } from './config/message-store-config';
export { createMessageStoreConfig } from './config/default-message-store-config';
export { PutMessageStatus } from './put/put-message-status';
export type { PutMessageCallback, PutMessageResult } from './put/put-message-result';
export type {
  HostAddress,
  MessageExtBatch,
  MessageExtBrokerInner,
} from './put/message-ext-broker-inner';
export { refusePut } from './put/refuse-put';
export { createHostAddress } from './put/host-address';
export { GetMessageStatus } from './get/get-message-status';
export type { MessageFilter } from './get/message-filter';
export type { GetMessageRequest, GetMessageResult } from './get/get-message';
export { IndexType } from './get/query-message-result';
export type { BoundaryType, QueryMessageResult } from './get/query-message-result';
export type { DispatchRequest } from './dispatch/dispatch-request';
export type { CommitLogDispatcher } from './dispatch/commit-log-dispatcher';
export type { MessageArrivingListener } from './dispatch/message-arriving-listener';
export type { ConsumeQueueUnit } from './get/consume-queue-query-service';
export { MessageStore } from './message-store';
export type { StoredQueue } from './message-store';
export type { MessageStoreDeps, StoreLatencyObserver } from './store-components';
export { StoreError } from './errors/store-error';
export type { StoreErrorCode } from './errors/store-error';
export { StoreVerifier } from './verify/store-verifier';
export type { StoreVerifierDeps, VerifyReport } from './verify/store-verifier';
