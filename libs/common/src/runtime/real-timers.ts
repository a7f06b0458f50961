/**
 * The runtime's own timers and clocks, captured when this module loads, so that a test runner that
 * later replaces the globals (or patches `node:timers`) does not stop the engine's heart.
 */
import * as timers from 'node:timers';
import { performance } from 'node:perf_hooks';
import { SystemDate } from './system-date';

export const realSetTimeout = timers.setTimeout;
export const realClearTimeout = timers.clearTimeout;
export const realSetImmediate = timers.setImmediate;
export const realClearImmediate = timers.clearImmediate;

const dateNow = SystemDate.now.bind(SystemDate);
const performanceNow = performance.now.bind(performance);

/** Milliseconds since the epoch. */
export const realWallNow = (): number => dateNow();
/** Milliseconds since some fixed point, fractional, never going back. */
export const realMonotonicNow = (): number => performanceNow();
