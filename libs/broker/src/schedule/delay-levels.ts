import { RocketError } from '@rocket-nest/common';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Levels a configuration may name; each is a queue of the schedule topic. */
export const MAX_DELAY_LEVELS = 1_000;

/** The delays a message can have, by level; the first is level 1. */
export class DelayLevels {
  private constructor(private readonly delaysMs: readonly number[]) {}

  /** Reads `messageDelayLevel`: numbers with a unit s, m, h or d, parted by blanks. */
  static parse(text: string): DelayLevels {
    const words = text.split(' ').filter((word) => word !== '');
    const delaysMs = words.map((word) => {
      const match = /^([0-9]{1,9})([smhd])$/.exec(word);
      if (match) return Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0);
      throw new RocketError(
        'CONFIG_INVALID',
        `messageDelayLevel contains "${word}": write whole numbers with s, m, h or d, like "1s 5m"`,
      );
    });
    if (delaysMs.length === 0 || delaysMs.length > MAX_DELAY_LEVELS) {
      throw new RocketError(
        'CONFIG_INVALID',
        `messageDelayLevel must name 1 to ${MAX_DELAY_LEVELS} levels, not ${delaysMs.length}`,
      );
    }
    return new DelayLevels(delaysMs);
  }

  get maxLevel(): number {
    return this.delaysMs.length;
  }

  /** Delay of a level from 1 to `maxLevel`, in ms; 0 for any other number. */
  delayMsOf(level: number): number {
    return this.delaysMs[level - 1] ?? 0;
  }

  /** When a message of this level stored at `storeTimestamp` is due. */
  deliverTimestampOf(level: number, storeTimestamp: number): number {
    return storeTimestamp + this.delayMsOf(level);
  }
}
