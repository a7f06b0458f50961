import type { Clock } from '@rocket-nest/common';

/**
 * Settles as `work` does, unless the time runs out or the signal fires first: then it rejects with
 * what `lateError` or `abortError` make. `work` goes on, its outcome is dropped.
 */
export function withDeadline<T>(
  work: Promise<T>,
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  errors: { late: () => Error; aborted: () => Error },
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => settle(() => reject(errors.aborted()));
    const timer = clock.after(timeoutMs, () => settle(() => reject(errors.late())));
    const settle = (finish: () => void): void => {
      timer.cancel();
      signal?.removeEventListener('abort', abort);
      finish();
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}
