import { errorMessageOf, MessageConst, type Logger, type MessageExt } from '@rocket-nest/common';
import type { CheckTransactionStateRequestHeader, Connection } from '@rocket-nest/remoting';
import type { TransactionApi } from '../../api/transaction-api';
import { Fifo } from '../../support/fifo';
import type { LocalTransactionState } from './local-transaction-state';
import type { TransactionChecker } from './transaction-listener';

/** A broker's question how a transaction ended. */
export interface TransactionCheck {
  readonly header: CheckTransactionStateRequestHeader;
  /** The half message under its real topic, without namespace. */
  readonly message: MessageExt;
  /** Its topic with namespace. */
  readonly topic: string;
  readonly connection: Connection;
}

export interface TransactionCheckLimits {
  /** Checker calls running at a time. */
  readonly checkConcurrency: number;
  /** Checks that wait; further ones are dropped, the broker asks again. */
  readonly checkRequestHoldMax: number;
}

/** Asks the checker on behalf of brokers and sends them its answers. */
export class TransactionCheckService {
  private readonly waiting = new Fifo<TransactionCheck>();
  /** Transactions whose checks wait or run: to be asked once more meanwhile changes nothing. */
  private readonly known = new Set<string>();
  private running = 0;
  private stopped = false;
  private idle: (() => void) | undefined;

  constructor(
    private readonly producerGroup: string,
    private readonly checker: TransactionChecker,
    private readonly limits: TransactionCheckLimits,
    private readonly api: TransactionApi,
    private readonly masterOf: (brokerName: string) => string | undefined,
    /** Told of each answer, before it is sent. */
    private readonly onAnswer: (
      check: TransactionCheck,
      state: LocalTransactionState,
      brokerAddr: string,
    ) => void,
    private readonly logger: Logger,
  ) {}

  submit(check: TransactionCheck): void {
    const key = keyOf(check);
    if (this.stopped || this.known.has(key)) return;
    if (this.waiting.length >= this.limits.checkRequestHoldMax) {
      this.logger.warn(
        `${this.producerGroup} dropped the check of transaction ${key}: ` +
          `${this.waiting.length} checks wait already (checkRequestHoldMax); the broker asks again`,
      );
      return;
    }
    this.known.add(key);
    this.waiting.push(check);
    this.dispatch();
  }

  /** Begins no further check; resolves once none runs. */
  stop(): Promise<void> {
    this.stopped = true;
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.idle = resolve;
    });
  }

  private dispatch(): void {
    while (!this.stopped && this.running < this.limits.checkConcurrency) {
      const check = this.waiting.shift();
      if (!check) return;
      this.running++;
      void this.run(check).finally(() => {
        this.running--;
        this.known.delete(keyOf(check));
        if (this.running === 0) this.idle?.();
        this.dispatch();
      });
    }
  }

  private async run(check: TransactionCheck): Promise<void> {
    const { message, header, connection } = check;
    const uniqueKey = message.properties.get(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX);
    try {
      const { state, remark } = await this.ask(message);
      const brokerName = header.bname ?? message.brokerName;
      const address = this.masterOf(brokerName);
      this.onAnswer(check, state, address ?? connection.remoteAddress);
      if (state === 'UNKNOW') return; // without an answer the broker asks again
      await this.api.answerCheck(address, connection, {
        producerGroup: this.producerGroup,
        topic: check.topic,
        brokerName,
        msgId: uniqueKey ?? message.msgId,
        transactionId: header.transactionId,
        commitLogOffset: header.commitLogOffset,
        tranStateTableOffset: header.tranStateTableOffset,
        state,
        fromTransactionCheck: true,
        remark,
      });
    } catch (error) {
      this.logger.warn(
        `the answer to the check of transaction ${keyOf(check)} was not sent: ` +
          `${errorMessageOf(error)}; the broker asks again`,
      );
    }
  }

  private async ask(
    message: MessageExt,
  ): Promise<{ state: LocalTransactionState; remark?: string }> {
    try {
      const state = await this.checker.checkLocalTransaction(message);
      if (state === 'COMMIT_MESSAGE' || state === 'ROLLBACK_MESSAGE') return { state };
      if (state !== 'UNKNOW') {
        this.logger.warn(
          `checkLocalTransaction of ${this.producerGroup} returned ${String(state)} for message ` +
            `${message.msgId}, which counts as UNKNOW`,
        );
      }
    } catch (error) {
      this.logger.warn(
        `checkLocalTransaction of ${this.producerGroup} threw on message ${message.msgId}, which ` +
          `counts as UNKNOW: ${errorMessageOf(error)}`,
      );
    }
    return { state: 'UNKNOW' };
  }
}

function keyOf({ header, message }: TransactionCheck): string {
  return header.transactionId ?? message.msgId;
}
