import 'reflect-metadata';
import { UseInterceptors } from '@nestjs/common';
import { checkIdempotentOptions } from './idempotent-options.check';
import type { IdempotentOptions } from './idempotent-options';
import { IdempotentInterceptor } from './http/idempotent.interceptor';
import { IDEMPOTENT_METADATA } from './idempotent-metadata';

/**
 * Has a listener take effect once for each message, however often it is delivered; and an HTTP
 * handler once for each value of the request's `Idempotency-Key` header.
 *
 * A duplicate of a message is acknowledged without a call; while the first one runs it is retried
 * later. Whatever the handler throws, `RetryLater` and `RejectToDlq` included, frees the key (and with
 * `db` rolls its writes back). For HTTP: 409 while the first request runs, its status and body again
 * once it is done, 422 for the same key with another request, 503 when the store does not answer.
 */
export function Idempotent(options: IdempotentOptions): MethodDecorator {
  const intercept = UseInterceptors(IdempotentInterceptor);
  return (target, method, descriptor) => {
    checkIdempotentOptions(options, `${target.constructor.name}.${String(method)}`);
    Reflect.defineMetadata(IDEMPOTENT_METADATA, options, descriptor.value as object);
    intercept(target, method, descriptor);
  };
}
