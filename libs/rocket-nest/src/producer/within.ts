import { clearTimeout, setTimeout } from 'node:timers';
import { ClientError } from '@rocket-nest/client';

/** Rejects when `work` takes longer than `timeoutMs`, or when `signal` fires; `work` goes on unseen. */
export function within<T>(
  work: Promise<T>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  what: string,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => end(new ClientError('ABORTED', `${what} was aborted`));
    const late = (): void =>
      end(
        new ClientError('SEND_TIMEOUT', `${what}: the client was not ready within ${timeoutMs} ms`),
      );
    const timer = setTimeout(late, timeoutMs);
    const end = (error?: Error): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      if (error) reject(error);
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    work.then(
      (value) => {
        end();
        resolve(value);
      },
      (error: unknown) => end(error as Error),
    );
  });
}
