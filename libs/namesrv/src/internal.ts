export { createRequestTable } from './request-table';
export type { RequestAccess, RequestTableEntry } from './request-table';
