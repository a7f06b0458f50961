import { runInNewContext } from 'node:vm';

/** How fake timers mark the Date that they put in place. */
interface MaybeFakeDate {
  readonly isFake?: boolean;
  readonly clock?: unknown;
}

/**
 * The runtime's own Date. A test runner that fakes timers from the start has replaced the global one
 * before this module loads: a new context has an untouched one.
 */
export const SystemDate: DateConstructor = isFake(Date)
  ? (runInNewContext('Date') as DateConstructor)
  : Date;

function isFake(date: unknown): boolean {
  const maybe = date as MaybeFakeDate;
  return maybe.isFake === true || maybe.clock !== undefined;
}
