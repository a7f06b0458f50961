/** The calendar, which fake timers do not replace; local time unless said otherwise. */
import { SystemDate } from './system-date';

/** When the local month of `timeMs` (plus `monthsLater`) began, milliseconds since the epoch. */
export function startOfLocalMonth(timeMs: number, monthsLater = 0): number {
  const date = new SystemDate(timeMs);
  return new SystemDate(date.getFullYear(), date.getMonth() + monthsLater, 1).getTime();
}

/** The local hour of the day, 0 to 23. */
export function localHourOf(timeMs: number): number {
  return new SystemDate(timeMs).getHours();
}

/** `yyyyMMddHHmmssSSS` in local time, as index files are named. */
export function formatCompactLocalTime(timeMs: number): string {
  const date = new SystemDate(timeMs);
  return (
    pad(date.getFullYear(), 4) +
    pad(date.getMonth() + 1, 2) +
    pad(date.getDate(), 2) +
    pad(date.getHours(), 2) +
    pad(date.getMinutes(), 2) +
    pad(date.getSeconds(), 2) +
    pad(date.getMilliseconds(), 3)
  );
}

/** Reads `yyyyMMddHHmmssSSS` as local time; undefined when `text` is not of that form. */
export function parseCompactLocalTime(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second, ms] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return new SystemDate(year, month - 1, day, hour, minute, second, ms).getTime();
}

/** `2024-01-31T23:59:59.999Z`. */
export function formatIsoTime(timeMs: number): string {
  return new SystemDate(timeMs).toISOString();
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
