import { RemotingCommand, ResponseCode } from '@rocket-nest/remoting';
import type { Connection } from '@rocket-nest/remoting';
import { EndTransactionRequestDecoder } from '@rocket-nest/remoting/internal';
import type { BrokerContext } from '../broker-context';
import { isDecision } from '../transaction/transaction-manager';
import type { EndTransactionCallback } from '../transaction/transactional-message-service';

/** END_TRANSACTION (37): a producer commits or rolls back, by itself or because it was asked. */
export class EndTransactionProcessor {
  private readonly decoder = new EndTransactionRequestDecoder();

  constructor(private readonly context: BrokerContext) {}

  process(connection: Connection, request: RemotingCommand): RemotingCommand | undefined {
    const { config, transactionalMessageService } = this.context;
    if (config.store.brokerRole === 'SLAVE') {
      const remark = 'this broker is a slave: end the transaction at its master';
      return RemotingCommand.createResponse(request, ResponseCode.SLAVE_NOT_AVAILABLE, remark);
    }
    const end = this.decoder.decode(request);
    // Not known yet: the original does not answer, and asks again later.
    if (!isDecision(end.commitOrRollback)) return undefined;
    if (!transactionalMessageService) {
      const remark = 'this broker takes no transactional messages';
      return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, remark);
    }
    const callback = request.isOneway ? NOBODY : new PendingAnswer(connection, request);
    transactionalMessageService.endTransaction(end, callback);
    return undefined;
  }
}

const NOBODY: EndTransactionCallback = { onEnded: () => undefined };

/** An END_TRANSACTION that waits for its end. */
class PendingAnswer implements EndTransactionCallback {
  private readonly response: RemotingCommand;

  constructor(
    private readonly connection: Connection,
    request: RemotingCommand,
  ) {
    this.response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  }

  onEnded(code: number, remark?: string): void {
    this.response.code = code;
    this.response.remark = remark;
    this.connection.respond(this.response);
  }
}
