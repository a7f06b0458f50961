import { formatCompactLocalTime } from '@rocket-nest/common/internal';

const COMPACT = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/;

/** `yyyy-MM-dd#HH:mm:ss:SSS` in local time. */
export function formatConsumeTime(timeMs: number): string {
  return formatCompactLocalTime(timeMs).replace(COMPACT, '$1-$2-$3#$4:$5:$6:$7');
}
