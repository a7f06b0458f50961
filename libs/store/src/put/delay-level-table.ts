import { StoreError } from '../errors/store-error';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const LEVEL = /^(\d+)([smhd])$/;
/** Delay of a level that the table does not have. */
const UNKNOWN_LEVEL_MS = 1000;

/** The delay levels of `messageDelayLevel`; level 1 is the first. */
export class DelayLevelTable {
  private readonly delaysMs: readonly number[];

  constructor(text: string) {
    this.delaysMs = text
      .trim()
      .split(/\s+/)
      .map((level) => parseLevel(level, text));
  }

  get maxLevel(): number {
    return this.delaysMs.length;
  }

  /** Delay of a level; levels above the largest count as the largest. */
  delayMs(level: number): number {
    return this.delaysMs[Math.min(level, this.maxLevel) - 1] ?? UNKNOWN_LEVEL_MS;
  }
}

function parseLevel(level: string, text: string): number {
  const match = LEVEL.exec(level);
  if (!match) {
    throw new StoreError(
      'STORE_BAD_CONFIG',
      `messageDelayLevel "${text}": "${level}" is not a number with s, m, h or d behind it`,
    );
  }
  return Number(match[1]) * UNIT_MS[match[2]];
}
