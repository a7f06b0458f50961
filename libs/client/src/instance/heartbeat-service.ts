import type { Clock, Logger, Timer } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { HeartbeatData } from '@rocket-nest/remoting';
import type { MembershipApi } from '../api/membership-api';
import type { BrokerAddress, BrokerAddresses } from '../route/broker-addresses';

const MASTER_ID = 0;
/** After a connection broke, a broker is told who is here as soon as it is back. */
const RETRY_INTERVAL_MS = 1000;
const RETRIES = 30;

/** Tells every broker in use, again and again, which groups live in this client. */
export class HeartbeatService {
  private timer: Timer | undefined;
  private readonly retries = new Map<string, Timer>();
  /** Brokers that have had a heartbeat over the present connection, or are getting one. */
  private readonly greeted = new Map<string, Promise<void>>();
  private stopped = false;

  constructor(
    private readonly api: MembershipApi,
    private readonly brokers: BrokerAddresses,
    private readonly heartbeatData: () => HeartbeatData,
    private readonly intervalMs: number,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = this.clock.every(this.intervalMs, () => void this.sendToAll());
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
    for (const retry of this.retries.values()) retry.cancel();
    this.retries.clear();
  }

  /** To all brokers now; resolves when each has answered or failed. Failures are logged. */
  async sendToAll(): Promise<void> {
    const heartbeat = this.heartbeatData();
    const receivers = this.receivers(heartbeat);
    const addresses = new Set(receivers.map(({ address }) => address));
    for (const address of this.greeted.keys())
      if (!addresses.has(address)) this.greeted.delete(address);
    await Promise.all(receivers.map((broker) => this.send(broker, heartbeat)));
  }

  /** To the brokers that have not had one yet; resolves when all have answered or failed. */
  async greetNew(): Promise<void> {
    const heartbeat = this.heartbeatData();
    await Promise.all(
      this.receivers(heartbeat).map(
        (broker) => this.greeted.get(broker.address) ?? this.send(broker, heartbeat),
      ),
    );
  }

  /** To one broker now. */
  async sendTo(address: string): Promise<void> {
    const heartbeat = this.heartbeatData();
    const broker = this.receivers(heartbeat).find((candidate) => candidate.address === address);
    if (broker) await this.send(broker, heartbeat);
  }

  /** A broker forgets its clients with their connections, so it is told again. */
  connectionClosed(address: string): void {
    this.greeted.delete(address);
    if (!this.stopped && !this.retries.has(address)) this.retryLater(address, RETRIES);
  }

  private retryLater(address: string, left: number): void {
    const timer = this.clock.after(RETRY_INTERVAL_MS, () => {
      void this.sendTo(address).then(() => {
        this.retries.delete(address);
        const wanted = this.brokers.all().some((broker) => broker.address === address);
        if (this.stopped || this.greeted.has(address) || !wanted || left <= 1) return;
        this.retryLater(address, left - 1);
      });
    });
    this.retries.set(address, timer);
  }

  /** Producers are of interest to masters only, consumers to slaves too. */
  private receivers(heartbeat: HeartbeatData): BrokerAddress[] {
    if (this.stopped) return [];
    const { producerDataSet, consumerDataSet } = heartbeat;
    if (consumerDataSet.length > 0) return this.brokers.all();
    if (producerDataSet.length === 0) return [];
    return this.brokers.all().filter(({ brokerId }) => brokerId === MASTER_ID);
  }

  private send({ address, brokerName }: BrokerAddress, data: HeartbeatData): Promise<void> {
    const sending = this.api.heartbeat(address, data).catch((error: unknown) => {
      if (this.greeted.get(address) === sending) this.greeted.delete(address);
      this.logger.warn(`heartbeat to ${brokerName} failed: ${errorMessageOf(error)}`);
    });
    this.greeted.set(address, sending);
    return sending;
  }
}
