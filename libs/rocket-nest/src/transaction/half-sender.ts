import { clearTimeout, setTimeout } from 'node:timers';
import { Logger } from '@nestjs/common';
import {
  TransactionMQProducer,
  type SendResult,
  type TransactionChecker,
  type TransactionHandle,
} from '@rocket-nest/client';
import { errorMessageOf, type Message } from '@rocket-nest/common';
import type { RocketConnection } from '../connection/rocket-connection';
import type { SendCall, SendInvoke, SendWrappers } from '../producer/send-wrappers';
import { within } from '../producer/within';
import type { CheckedSettings } from './transaction-settings.check';

const START_AGAIN_MS = 5000;
const DEFAULT_SEND_TIMEOUT_MS = 3000;

/** The transactional producer of one connection: sends half messages and is asked by brokers. */
export class HalfSender {
  private readonly logger = new Logger('RocketTransactions');
  private readonly topics = new Set<string>();
  private starting: Promise<TransactionMQProducer> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly connection: RocketConnection,
    private readonly wrappers: SendWrappers,
    private readonly settings: CheckedSettings,
    private readonly checker: TransactionChecker,
  ) {
    for (const topic of settings.topics) this.topics.add(topic);
  }

  /** Brokers of this topic are told of this producer from its start on. */
  addTopic(topic: string): void {
    this.topics.add(topic);
  }

  /** Starts without being waited for, and goes on trying: checks wait for it meanwhile. */
  startInBackground(): void {
    this.ready().catch((error: unknown) => {
      if (this.stopped) return;
      this.logger.warn(
        `the transactional producer ${this.settings.producerGroup} could not be started, checks are ` +
          `not answered; the next try is in ${START_AGAIN_MS} ms: ${errorMessageOf(error)}`,
      );
      this.retry = setTimeout(() => this.startInBackground(), START_AGAIN_MS);
      this.retry.unref();
    });
  }

  async send(message: Message, call: SendCall): Promise<TransactionHandle> {
    const limitMs = call.timeoutMs ?? DEFAULT_SEND_TIMEOUT_MS;
    const producer = await within(this.ready(), limitMs, call.signal, 'the half message');
    let handle: TransactionHandle | undefined;
    const sendHalf: SendInvoke = async (prepared, options): Promise<SendResult> => {
      handle = await producer.sendHalfMessage(prepared, options);
      return handle.sendResult;
    };
    await this.wrappers.around(sendHalf)(message, call);
    if (handle) return handle;
    throw new Error('a send wrapper returned without sending the half message');
  }

  async shutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    const producer = await this.starting?.catch(() => undefined);
    await producer?.shutdown();
  }

  private ready(): Promise<TransactionMQProducer> {
    this.starting ??= this.start().catch((error: unknown) => {
      this.starting = undefined;
      throw error;
    });
    return this.starting;
  }

  private async start(): Promise<TransactionMQProducer> {
    const { producerGroup, checkConcurrency } = this.settings;
    const producer = new TransactionMQProducer(
      {
        ...(await this.connection.clientOptions()),
        producerGroup,
        topics: [...this.topics],
        transactionListener: this.checker,
        checkConcurrency,
      },
      this.connection.dependencies,
    );
    await producer.start();
    return producer;
  }
}
