import { ClientError, DefaultMQProducer } from '@rocket-nest/client';
import type { RocketConnection } from '../connection/rocket-connection';
import type { RocketModuleOptions } from '../rocket-module-options';
import { DEFAULT_PRODUCER_GROUP } from '../rocket.constants';
import type { SendCall } from './send-wrappers';
import { within } from './within';

/** Time for a send when neither the call nor the module says one, in milliseconds. */
const DEFAULT_SEND_TIMEOUT_MS = 3000;

/** The client's producer of one connection: started by the first send, stopped at shutdown. */
export class ProducerClient {
  private starting: Promise<DefaultMQProducer> | undefined;
  private running: DefaultMQProducer | undefined;
  private stopped = false;

  constructor(
    private readonly options: RocketModuleOptions,
    private readonly connection: RocketConnection,
  ) {}

  /** The running producer; rejects when it cannot be started within the time of the call. */
  async ready({
    timeoutMs,
    signal,
  }: Pick<SendCall, 'timeoutMs' | 'signal'>): Promise<DefaultMQProducer> {
    if (this.stopped) {
      throw new ClientError(
        'NOT_RUNNING',
        'the application is shut down: send before it is closed, at the latest in onModuleDestroy ' +
          'or beforeApplicationShutdown',
      );
    }
    if (this.running) return this.running;
    this.starting ??= this.start().catch((error: unknown) => {
      this.starting = undefined;
      throw error;
    });
    const limitMs = timeoutMs ?? this.options.producer?.sendMsgTimeoutMs ?? DEFAULT_SEND_TIMEOUT_MS;
    return within(this.starting, limitMs, signal, 'the send');
  }

  /** Sends under way end first. */
  async shutdown(): Promise<void> {
    this.stopped = true;
    const producer = await this.starting?.catch(() => undefined);
    this.starting = this.running = undefined;
    await producer?.shutdown();
  }

  private async start(): Promise<DefaultMQProducer> {
    const { group, sendMsgTimeoutMs, retryTimesWhenSendFailed } = this.options.producer ?? {};
    const producer = new DefaultMQProducer(
      {
        ...(await this.connection.clientOptions()),
        producerGroup: group ?? DEFAULT_PRODUCER_GROUP,
        sendMsgTimeoutMs,
        retryTimesWhenSendFailed,
      },
      this.connection.dependencies,
    );
    await producer.start();
    this.running = producer;
    return producer;
  }
}
