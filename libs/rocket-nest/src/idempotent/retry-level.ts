/** Pauses of RocketMQ's delay levels 1 to 18, as brokers have them unless configured otherwise. */
const LEVEL_SECONDS = [
  1, 5, 10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200,
] as const;

/**
 * The delay level of a duplicate that came while the first one runs: long enough for what is left of
 * its lease, and growing with the tries, so that they do not run out while a long handler runs.
 */
export function retryLevelOf(remainingMs: number, reconsumeTimes: number): number {
  const enough = LEVEL_SECONDS.findIndex((seconds) => seconds * 1000 >= remainingMs) + 1;
  const longest = LEVEL_SECONDS.length;
  return Math.max(enough || longest, Math.min(longest, reconsumeTimes + 1));
}
