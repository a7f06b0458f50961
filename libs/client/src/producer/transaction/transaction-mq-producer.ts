import {
  errorMessageOf,
  MessageConst,
  MessageSysFlag,
  withNamespace,
  withoutNamespace,
  type Message,
} from '@rocket-nest/common';
import type { ClientDependencies } from '../../config/client-options';
import { ClientError } from '../../errors/client-error';
import type { ProducerMember } from '../../instance/client-members';
import type { EndTransactionContext } from '../../hook/end-transaction-hook';
import { runHooks } from '../../hook/run-hooks';
import { EndTransactionTraceHook } from '../../trace/end-transaction-trace-hook';
import { withDeadline } from '../../support/deadline';
import { DefaultMQProducer } from '../default-mq-producer';
import type { SendOptions } from '../send-options';
import type { LocalTransactionState } from './local-transaction-state';
import { TransactionCheckService } from './transaction-check-service';
import { TransactionHandle } from './transaction-handle';
import type { TransactionListener } from './transaction-listener';
import type { TransactionProducerOptions } from './transaction-producer-options';
import type { TransactionSendResult } from './transaction-send-result';

/** How long `shutdown` waits for checker calls. */
const CHECKS_END_MS = 3000;

const DELAYS = [
  MessageConst.PROPERTY_DELAY_TIME_LEVEL,
  MessageConst.PROPERTY_TIMER_DELAY_MS,
  MessageConst.PROPERTY_TIMER_DELAY_SEC,
  MessageConst.PROPERTY_TIMER_DELIVER_MS,
];

/**
 * Sends messages that are delivered if and only if a local transaction took place. Give all members
 * of a producer group the same listener, and share the group with no plain producer: any member may
 * be asked how a transaction ended.
 */
export class TransactionMQProducer extends DefaultMQProducer {
  private checks: TransactionCheckService | undefined;

  constructor(
    private readonly transactionOptions: TransactionProducerOptions,
    dependencies: ClientDependencies = {},
  ) {
    super(transactionOptions, dependencies);
  }

  /**
   * Sends a half message, runs the listener's local transaction, and ends the transaction as it says.
   * Rejects only when the half message could not be stored: the transaction was not run then.
   */
  async sendMessageInTransaction(
    message: Message,
    arg?: unknown,
    options: SendOptions = {},
  ): Promise<TransactionSendResult> {
    const { transactionListener } = this.transactionOptions;
    if (!('executeLocalTransaction' in transactionListener)) {
      throw new ClientError(
        'OPTION_ILLEGAL',
        'transactionListener has no executeLocalTransaction: give it one, or use sendHalfMessage',
      );
    }
    const handle = await this.sendHalfMessage(message, options);
    const { sendResult } = handle;
    const stored = sendResult.sendStatus === 'SEND_OK';
    const state = stored
      ? await this.execute(transactionListener, message, arg, handle)
      : 'ROLLBACK_MESSAGE';
    await this.endAs(handle, state);
    return { ...sendResult, localTransactionState: state };
  }

  /**
   * Sends a half message and leaves the transaction to the caller. With a `sendStatus` other than
   * SEND_OK the half message may be lost: `rollback` then, as `sendMessageInTransaction` does.
   */
  async sendHalfMessage(message: Message, options: SendOptions = {}): Promise<TransactionHandle> {
    const sender = this.runningSender();
    if (DELAYS.some((name) => message.properties.has(name))) {
      throw new ClientError('MESSAGE_ILLEGAL', 'a transactional message cannot have a delay');
    }
    const prepared = this.preparer.prepare(message, {
      shardingKey: options.shardingKey,
      sysFlag: MessageSysFlag.TRANSACTION_PREPARED_TYPE,
      properties: {
        [MessageConst.PROPERTY_TRANSACTION_PREPARED]: 'true',
        [MessageConst.PROPERTY_PRODUCER_GROUP]: this.producerGroup,
      },
    });
    const sendResult = await sender.send(prepared, message, options);
    const topic = withNamespace(this.options.namespace, message.topic);
    const { brokerName } = sendResult.messageQueue;
    const ended = (state: LocalTransactionState): void =>
      this.showEnd({
        message,
        msgId: sendResult.msgId,
        transactionId: sendResult.transactionId ?? sendResult.msgId,
        brokerAddr: this.masterOf(brokerName),
        state,
        fromTransactionCheck: false,
      });
    return new TransactionHandle(sendResult, topic, {
      producerGroup: this.producerGroup,
      end: (end) => {
        const address = this.masterOf(brokerName);
        ended(end.state);
        return this.instanceInUse.transactionApi.end(address, end);
      },
      leaveOpen: () => ended('UNKNOW'),
    });
  }

  override async shutdown(): Promise<void> {
    const { checks } = this;
    this.checks = undefined;
    if (checks) {
      const late = (): Error => new ClientError('REQUEST_TIMEOUT', 'checks still run');
      const { clock } = this.instanceInUse.environment;
      await withDeadline(checks.stop(), clock, CHECKS_END_MS, undefined, {
        late,
        aborted: late,
      }).catch(() => undefined);
    }
    await super.shutdown();
  }

  protected override asMember(): ProducerMember {
    const { environment, routes, transactionApi } = this.instanceInUse;
    const { namespace, transactionListener } = this.transactionOptions;
    const { checkConcurrency = 16, checkRequestHoldMax = 2000 } = this.transactionOptions;
    const checks = new TransactionCheckService(
      this.producerGroup,
      transactionListener,
      { checkConcurrency, checkRequestHoldMax },
      transactionApi,
      (brokerName) => routes.brokers.masterOf(brokerName),
      ({ message, header }, state, brokerAddr) =>
        this.showEnd({
          message,
          msgId: message.msgId,
          transactionId: header.transactionId ?? message.msgId,
          brokerAddr,
          state,
          fromTransactionCheck: true,
        }),
      environment.logger,
    );
    this.checks = checks;
    return {
      producerGroup: this.producerGroup,
      checkTransaction: (check) => {
        check.message.topic = withoutNamespace(namespace, check.topic);
        checks.submit(check);
      },
    };
  }

  private async execute(
    listener: TransactionListener,
    message: Message,
    arg: unknown,
    handle: TransactionHandle,
  ): Promise<LocalTransactionState> {
    const { logger } = this.instanceInUse.environment;
    const { transactionId } = handle;
    try {
      const state = await listener.executeLocalTransaction(message, arg, transactionId);
      if (state === 'COMMIT_MESSAGE' || state === 'ROLLBACK_MESSAGE' || state === 'UNKNOW') {
        return state;
      }
      logger.warn(
        `executeLocalTransaction returned ${String(state)} for message ${transactionId}, which ` +
          'counts as UNKNOW',
      );
    } catch (error) {
      logger.error(
        `executeLocalTransaction threw on message ${transactionId}, which counts as UNKNOW: ` +
          errorMessageOf(error),
      );
    }
    return 'UNKNOW';
  }

  private async endAs(handle: TransactionHandle, state: LocalTransactionState): Promise<void> {
    try {
      if (state === 'COMMIT_MESSAGE') await handle.commit();
      else if (state === 'ROLLBACK_MESSAGE') await handle.rollback();
      else handle.unknown();
    } catch (error) {
      this.instanceInUse.environment.logger.warn(
        `the local transaction of message ${handle.transactionId} ended with ${state}, but the ` +
          `broker was not told: ${errorMessageOf(error)}; its check decides`,
      );
    }
  }

  private showEnd(end: Omit<EndTransactionContext, 'producerGroup'>): void {
    const { endTransactionHooks = [], namespace } = this.transactionOptions;
    const { clock, logger } = this.instanceInUse.environment;
    const hooks = this.trace
      ? [
          ...endTransactionHooks,
          new EndTransactionTraceHook(this.trace.dispatcher, namespace, clock),
        ]
      : endTransactionHooks;
    const context = { ...end, producerGroup: this.producerGroup };
    runHooks(hooks, context, (hook, seen) => hook.endTransaction(seen), logger);
  }

  private masterOf(brokerName: string): string {
    const address = this.instanceInUse.routes.brokers.masterOf(brokerName);
    if (address !== undefined) return address;
    throw new ClientError('BROKER_NOT_FOUND', `broker ${brokerName} has no master now`);
  }
}
