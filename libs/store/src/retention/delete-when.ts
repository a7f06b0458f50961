import { localHourOf } from '@rocket-nest/common/internal';

/** Hours begin at a quarter of an hour of world time wherever one lives. */
const QUARTER_MS = 900_000;
/** Two days, as the hour may be missing on the day of a change of the clocks. */
const QUARTERS_TO_LOOK = 192;

/** The hours of the day in a `deleteWhen` such as `04;16`; what is no hour is left out. */
function hoursOf(deleteWhen: string): Set<number> {
  const hours = deleteWhen.split(';').map((text) => (text.trim() === '' ? -1 : Number(text)));
  return new Set(hours.filter((hour) => hour >= 0 && hour <= 23));
}

/** Whether the local time is in one of the hours of `deleteWhen`. */
export function isTimeToDelete(deleteWhen: string, nowMs: number): boolean {
  return hoursOf(deleteWhen).has(localHourOf(nowMs));
}

/** When the next hour of `deleteWhen` begins, strictly later than `nowMs`; undefined without one. */
export function nextTimeToDelete(deleteWhen: string, nowMs: number): number | undefined {
  const hours = hoursOf(deleteWhen);
  let startMs = nowMs - (nowMs % QUARTER_MS);
  for (let looked = 0; looked < QUARTERS_TO_LOOK; looked++) {
    startMs += QUARTER_MS;
    const hour = localHourOf(startMs);
    if (hours.has(hour) && hour !== localHourOf(startMs - 1)) return startMs;
  }
  return undefined;
}
