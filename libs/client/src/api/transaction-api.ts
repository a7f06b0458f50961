import { MessageSysFlag } from '@rocket-nest/common';
import {
  encodeHeader,
  EndTransactionRequestHeader,
  RequestCode,
  type Connection,
} from '@rocket-nest/remoting';
import type { LocalTransactionState } from '../producer/transaction/local-transaction-state';
import type { RpcClient } from '../transport/rpc-client';

/** Which half message ends, and how. */
export interface TransactionEnd {
  readonly producerGroup: string;
  /** Of the half message; with namespace. */
  readonly topic: string;
  readonly brokerName: string;
  readonly msgId: string;
  readonly transactionId: string | undefined;
  /** Place of the half message in the commit log. */
  readonly commitLogOffset: number;
  /** Place of the half message in the half topic. */
  readonly tranStateTableOffset: number;
  readonly state: Exclude<LocalTransactionState, 'UNKNOW'>;
  /** Whether the broker asked. */
  readonly fromTransactionCheck: boolean;
  /** Written to the broker's log. */
  readonly remark?: string | undefined;
}

/** Ends transactions at brokers. */
export class TransactionApi {
  constructor(
    private readonly rpc: RpcClient,
    private readonly timeoutMs: number,
  ) {}

  /** Resolves once the broker has carried it out. */
  async end(address: string, end: TransactionEnd): Promise<void> {
    const what = `${end.state === 'COMMIT_MESSAGE' ? 'commit' : 'roll back'} message ${end.msgId}`;
    await this.rpc.call(address, what, { ...requestOf(end), timeoutMs: this.timeoutMs });
  }

  /** Answers a check: to `address` where it is known, else the way the check came. */
  async answerCheck(
    address: string | undefined,
    connection: Connection,
    end: TransactionEnd,
  ): Promise<void> {
    const request = requestOf(end);
    if (address === undefined) this.rpc.invokeOnewayBy(connection, request);
    else await this.rpc.invokeOneway(address, request);
  }
}

function requestOf({ state, brokerName, remark, ...end }: TransactionEnd): {
  code: number;
  header: Map<string, string>;
  remark: string | undefined;
} {
  const commitOrRollback =
    state === 'COMMIT_MESSAGE'
      ? MessageSysFlag.TRANSACTION_COMMIT_TYPE
      : MessageSysFlag.TRANSACTION_ROLLBACK_TYPE;
  const header = { ...end, commitOrRollback, bname: brokerName };
  return {
    code: RequestCode.END_TRANSACTION,
    header: encodeHeader(EndTransactionRequestHeader, header),
    remark,
  };
}
