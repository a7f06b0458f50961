import { realMonotonicNow, realSetTimeout } from '@rocket-nest/common/internal';
import { HarnessTimeoutError } from './harness-timeout-error';

/** Below the five seconds after which Jest gives up, so that the better message comes first. */
export const DEFAULT_WAIT_MS = 4_000;
const POLL_MS = 5;

export interface WaitOptions {
  /** Real milliseconds, whatever timers are faked. Default 4000. */
  timeoutMs?: number;
  /** What is waited for, named in the error. */
  message?: string;
}

/** What `waitFor` resolves with: never what it takes for "not yet". */
export type Present<T> = Exclude<T, undefined | null | false | 0 | ''>;

/** Anything but `false`, `undefined`, `null`, `0`, `''`, `NaN` and an empty list. */
export function isPresent<T>(value: T): value is T & Present<T> {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/**
 * Calls `attempt` until it gives a value, every few real milliseconds.
 *
 * @param explain says what is known, for the error of one that never came
 */
export async function waitUntil<T>(
  attempt: () => Promise<{ readonly value: T } | { readonly error?: unknown }>,
  options: WaitOptions,
  explain: () => string,
): Promise<T> {
  const { timeoutMs = DEFAULT_WAIT_MS, message = 'what the test waits for' } = options;
  const endMs = realMonotonicNow() + timeoutMs;
  for (;;) {
    const result = await attempt();
    if ('value' in result) return result.value;
    if (realMonotonicNow() >= endMs) {
      const text = `${message} did not come within ${timeoutMs} ms; ${explain()}`;
      throw new HarnessTimeoutError(text, result.error);
    }
    await new Promise<void>((resolve) => void realSetTimeout(resolve, POLL_MS));
  }
}
