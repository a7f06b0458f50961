export { createRequestTable } from './request-table';
export type { RequestTableEntry } from './request-table';
export type { RequestAccess, ResourceNeed } from './request-access';
export { createBrokerProcessors } from './broker-processors';
export type { BrokerProcessors } from './broker-processors';
