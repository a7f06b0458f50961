import { RocketConfigError } from '../errors/rocket-config-error';

/** The broker's default `messageDelayLevel`, level 1 first. */
const LEVELS = '1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h'.split(' ');
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

function secondsOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  return amount === undefined || unit === undefined
    ? undefined
    : Number(amount) * (UNIT_SECONDS[unit] ?? 1);
}

/** The delay level (1-18) for a level number or a time; refuses others, naming the nearest. */
export function delayLevelOf(delay: string | number): number {
  if (typeof delay === 'number') {
    if (Number.isInteger(delay) && delay >= 1 && delay <= LEVELS.length) return delay;
    throw new RocketConfigError(
      `delay level ${delay} does not exist; levels are 1 to ${LEVELS.length} (${LEVELS.join(' ')})`,
    );
  }
  const seconds = secondsOf(delay);
  if (seconds === undefined) {
    throw new RocketConfigError(`the delay '${delay}' is not of the form '30s', '5m' or '1h'`);
  }
  const exact = LEVELS.findIndex((level) => secondsOf(level) === seconds);
  if (exact >= 0) return exact + 1;
  const distance = (level: string): number => Math.abs((secondsOf(level) ?? 0) - seconds);
  const nearest = LEVELS.reduce((best, level) => (distance(level) < distance(best) ? level : best));
  throw new RocketConfigError(
    `'${delay}' is no delay level; the nearest is '${nearest}' (levels: ${LEVELS.join(' ')})`,
  );
}

/** The time of a delay level, in milliseconds. */
export function delayMsOfLevel(level: number): number {
  return (secondsOf(LEVELS[level - 1] ?? '') ?? 0) * 1000;
}
