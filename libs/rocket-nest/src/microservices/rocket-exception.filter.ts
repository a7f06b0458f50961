import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import { errorCodeOf } from '@rocket-nest/common';
import { throwError, type Observable } from 'rxjs';
import { consumeFailureOf, isDeadLetter } from '../listener/consume-failure';

/**
 * Lets handlers decide about their message as listeners do: `RetryLater` and `RejectToDlq` reach the
 * transport, and so do the Bad Request exceptions of pipes, whose messages go to the dead letters.
 * Without it, Nest turns all of them into an internal server error, and the message comes again.
 *
 * `app.useGlobalFilters(new RocketExceptionFilter())`
 */
@Catch()
export class RocketExceptionFilter extends BaseRpcExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): Observable<unknown> {
    const decides =
      errorCodeOf(exception) === 'RETRY_LATER' || isDeadLetter(consumeFailureOf(exception));
    return decides ? throwError(() => exception) : super.catch(exception, host);
  }
}
