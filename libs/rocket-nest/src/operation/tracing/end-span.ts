import { SpanStatusCode, type Span } from '@opentelemetry/api';
import { errorCodeOf, errorMessageOf } from '@rocket-nest/common';

/** Runs `work` and ends the span as it ended. */
export async function endedWith<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** A listener that asked for a later retry did not fail; everything else did. */
export function markFailed(span: Span, error: unknown): void {
  const code = errorCodeOf(error);
  span.setAttribute('error.type', code ?? (error as Error | undefined)?.name ?? '_OTHER');
  if (code === 'RETRY_LATER') return;
  const message = errorMessageOf(error);
  span.recordException({ name: (error as Error | undefined)?.name ?? 'Error', message });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
