import { RocketError } from '@rocket-nest/common';

/** Why the store refuses; a closed list. */
export type StoreErrorCode =
  | 'STORE_LOCKED'
  | 'STORE_BAD_FILE'
  | 'STORE_BAD_CONFIG'
  | 'STORE_READ_ONLY'
  | 'STORE_READ_BUSY'
  | 'STORE_CLOSED';

/** An error of the store; the message says what to do about it. */
export class StoreError extends RocketError<StoreErrorCode> {}
