import { errorMessageOf } from '@rocket-nest/common';
import type { Logger } from '@rocket-nest/common';
import { RemotingCommand, ResponseCode } from '@rocket-nest/remoting';
import type { Connection } from '@rocket-nest/remoting';
import type { BrokerCounters } from './broker-counters';
import type { RequestTableEntry } from './request-table';

/** Hands each request to its processor and answers what goes wrong. */
export class RequestDispatcher {
  /** The VIP port once it is open. */
  vipPort: number | undefined = undefined;
  private stopping = false;

  constructor(
    private readonly table: ReadonlyMap<number, RequestTableEntry>,
    private readonly counters: BrokerCounters,
    private readonly logger: Logger,
  ) {}

  /** From now on requests are refused, so that what is under way can end. */
  stop(): void {
    this.stopping = true;
  }

  handle(connection: Connection, request: RemotingCommand): void {
    const entry = this.table.get(request.code);
    if (!entry || (!entry.vip && connection.localPort === this.vipPort)) {
      return this.answerUnsupported(connection, request);
    }
    if (this.stopping) return this.answerStopping(connection, request);
    try {
      const answer = entry.process(connection, request);
      if (answer === undefined) return;
      if ('then' in answer) this.answerLater(connection, request, answer);
      else if (!request.isOneway) connection.respond(answer);
    } catch (error) {
      this.answerFailure(connection, request, error);
    }
  }

  private answerLater(
    connection: Connection,
    request: RemotingCommand,
    answer: Promise<RemotingCommand | undefined>,
  ): void {
    answer.then(
      (response) => {
        if (response && !request.isOneway) connection.respond(response);
      },
      (error: unknown) => this.answerFailure(connection, request, error),
    );
  }

  private answerUnsupported(connection: Connection, request: RemotingCommand): void {
    this.counters.unsupportedRequests++;
    const port = this.table.has(request.code) ? 'the VIP port' : 'the broker';
    this.refuse(
      connection,
      request,
      ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
      `${port} does not answer request code ${request.code}`,
    );
  }

  private answerStopping(connection: Connection, request: RemotingCommand): void {
    const code = ResponseCode.SERVICE_NOT_AVAILABLE;
    this.refuse(connection, request, code, 'the broker is shutting down: use another one');
  }

  private answerFailure(connection: Connection, request: RemotingCommand, error: unknown): void {
    this.counters.failedRequests++;
    const reason = errorMessageOf(error);
    const { code } = request;
    this.logger.warn('request failed', { code, from: connection.remoteAddress, reason });
    this.refuse(connection, request, ResponseCode.SYSTEM_ERROR, reason);
  }

  private refuse(
    connection: Connection,
    request: RemotingCommand,
    code: number,
    remark: string,
  ): void {
    if (request.isOneway) return;
    connection.respond(RemotingCommand.createResponse(request, code, remark));
  }
}
