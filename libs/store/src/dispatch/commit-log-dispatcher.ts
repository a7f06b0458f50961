import type { DispatchRequest } from './dispatch-request';

/**
 * Sees every record once it is visible (written, or synced under SYNC_FLUSH), in commit log order,
 * prepared and rollback records too, and again after an unclean stop: must be idempotent.
 */
export interface CommitLogDispatcher {
  dispatch(request: DispatchRequest): void;
}
