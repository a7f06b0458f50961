import { localHourOf } from '@rocket-nest/common/internal';
import { isTimeToDelete, nextTimeToDelete } from './delete-when';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_700_000_000_000;

describe('deleteWhen', () => {
  const hour = localHourOf(NOW_MS);
  const two = (value: number): string => String(value % 24).padStart(2, '0');

  it('names hours of the local day', () => {
    expect(isTimeToDelete(two(hour), NOW_MS)).toBe(true);
    expect(isTimeToDelete(`${two(hour + 3)};${two(hour)}`, NOW_MS)).toBe(true);
    expect(isTimeToDelete(two(hour + 1), NOW_MS)).toBe(false);
    expect(isTimeToDelete('', NOW_MS)).toBe(false);
    expect(isTimeToDelete('soon;99', NOW_MS)).toBe(false);
  });

  it.each([1, 5, 23, 24])('finds the beginning of the hour that is %d hours away', (hours) => {
    const next = nextTimeToDelete(two(hour + hours), NOW_MS) as number;
    expect(localHourOf(next)).toBe((hour + hours) % 24);
    expect(localHourOf(next - 1)).not.toBe((hour + hours) % 24);
    expect(next - NOW_MS).toBeGreaterThan((hours - 1) * HOUR_MS);
    // An hour more or less where the clocks change.
    expect(next - NOW_MS).toBeLessThanOrEqual((hours + 1) * HOUR_MS);
  });

  it('takes the nearest of several hours, and knows when there is none', () => {
    const nearest = nextTimeToDelete(`${two(hour + 9)};${two(hour + 2)}`, NOW_MS) as number;
    expect(localHourOf(nearest)).toBe((hour + 2) % 24);
    expect(nextTimeToDelete('never', NOW_MS)).toBeUndefined();
  });
});
