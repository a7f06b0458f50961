import type { MessageStoreConfig } from '../config/message-store-config';

export interface CleanSituation {
  readonly usedPercent: number;
  /** In an hour of `deleteWhen`. */
  readonly isTime: boolean;
  /** An admin asked for it. */
  readonly isAskedFor: boolean;
}

export interface CleanPlan {
  /** Whole files older than `fileReservedTime` go. */
  readonly deletesExpired: boolean;
  /** The oldest files go whatever their age, until the disk is below the ratio. */
  readonly deletesUnexpired: boolean;
}

type CleanConfig = Pick<
  MessageStoreConfig,
  | 'diskMaxUsedSpaceRatio'
  | 'diskSpaceCleanForciblyRatio'
  | 'diskSpaceWarningLevelRatio'
  | 'cleanFileForciblyEnable'
>;

/**
 * What a look at clock and disk leads to:
 *
 *     disk above                     expired files go   unexpired files go            puts
 *     -                              at deleteWhen      never                         accepted
 *     diskMaxUsedSpaceRatio          at any hour        never                         accepted
 *     diskSpaceCleanForciblyRatio    at any hour        if cleanFileForciblyEnable    accepted
 *     diskSpaceWarningLevelRatio     at any hour        if cleanFileForciblyEnable    refused
 */
export function planCleaning(config: CleanConfig, situation: CleanSituation): CleanPlan {
  const { usedPercent, isTime, isAskedFor } = situation;
  const isForced = usedPercent > config.diskSpaceCleanForciblyRatio;
  return {
    deletesExpired: isTime || isAskedFor || usedPercent > config.diskMaxUsedSpaceRatio || isForced,
    deletesUnexpired: isForced && config.cleanFileForciblyEnable,
  };
}

/** Whether the disk is so full that nothing is accepted. */
export function refusesPuts(config: CleanConfig, usedPercent: number): boolean {
  return usedPercent > config.diskSpaceWarningLevelRatio;
}
