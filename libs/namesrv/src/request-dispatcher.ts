import { errorMessageOf, type Logger } from '@rocket-nest/common';
import { RemotingCommand, ResponseCode, type Connection } from '@rocket-nest/remoting';
import type { RequestTableEntry } from './request-table';

/** Hands each request to its processor and answers what went wrong. */
export class RequestDispatcher {
  constructor(
    private readonly table: ReadonlyMap<number, RequestTableEntry>,
    private readonly logger: Logger,
  ) {}

  handle(connection: Connection, request: RemotingCommand): void {
    const entry = this.table.get(request.code);
    if (!entry) {
      const remark = `request type ${request.code} not supported by the name server`;
      const code = ResponseCode.REQUEST_CODE_NOT_SUPPORTED;
      connection.respond(RemotingCommand.createResponse(request, code, remark));
      return;
    }
    try {
      const answer = entry.process(request, connection);
      if (isPromise(answer)) this.answerLater(connection, request, answer);
      else connection.respond(answer);
    } catch (error) {
      this.answerFailure(connection, request, error);
    }
  }

  private answerLater(
    connection: Connection,
    request: RemotingCommand,
    answer: Promise<RemotingCommand>,
  ): void {
    answer.then(
      (response) => connection.respond(response),
      (error: unknown) => this.answerFailure(connection, request, error),
    );
  }

  private answerFailure(connection: Connection, request: RemotingCommand, error: unknown): void {
    const { code } = request;
    const reason = errorMessageOf(error);
    this.logger.warn('request failed', { code, from: connection.remoteAddress, reason });
    connection.respond(RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, reason));
  }
}

function isPromise(
  answer: RemotingCommand | Promise<RemotingCommand>,
): answer is Promise<RemotingCommand> {
  return 'then' in answer;
}
