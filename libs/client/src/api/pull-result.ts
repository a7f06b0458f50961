import type { MessageExt } from '@rocket-nest/common';

export type PullStatus = 'FOUND' | 'NO_NEW_MSG' | 'NO_MATCHED_MSG' | 'OFFSET_ILLEGAL';

/** What a pull brought. */
export interface PullResult {
  readonly pullStatus: PullStatus;
  /** Where to pull next; for OFFSET_ILLEGAL the nearest offset that exists. */
  readonly nextBeginOffset: number;
  readonly minOffset: number;
  readonly maxOffset: number;
  /** The id of the broker to pull from next: 0 is the master. */
  readonly suggestWhichBrokerId: number;
  /** Empty unless FOUND. */
  readonly messages: MessageExt[];
  /** Those of `messages` whose bodies could not be decompressed and are as stored. */
  readonly undecodable: readonly MessageExt[];
}
