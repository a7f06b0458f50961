import { Catch, HttpException, HttpStatus, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';

/** What the reader of bodies throws. */
interface BodyError {
  readonly statusCode?: unknown;
  readonly message?: unknown;
}

/**
 * Gives refusals that are not the shop's own a `code` as well: the name of their HTTP status. What a
 * listener throws decides about its message and goes on as it is.
 */
@Catch()
export class RefusalFilter extends BaseExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw exception;
    super.catch(withCode(exception), host);
  }
}

function withCode(exception: unknown): unknown {
  const [status, body] = answerOf(exception);
  if (status === undefined || status >= 500 || 'code' in body) return exception;
  const code = HttpStatus[status] ?? 'REFUSED';
  return new HttpException({ statusCode: status, ...body, code }, status, { cause: exception });
}

function answerOf(exception: unknown): [status: number | undefined, body: object] {
  if (isHttpException(exception)) {
    const body = exception.getResponse();
    return [exception.getStatus(), typeof body === 'object' ? body : { message: body }];
  }
  const { statusCode, message } = (exception ?? {}) as BodyError;
  return [typeof statusCode === 'number' ? statusCode : undefined, { message }];
}

function isHttpException(exception: unknown): exception is HttpException {
  return typeof (exception as Partial<HttpException> | null)?.getStatus === 'function';
}
