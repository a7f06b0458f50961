import { join } from 'node:path';
import type { AdvanceableClock } from '@rocket-nest/common';
import { DEFAULT_CONNECTION } from '../rocket.constants';
import type { HarnessRecords } from './harness-records';
import { ListenerRecorder } from './listener-recorder';
import { StoredMessageRecorder } from './stored-message-recorder';
import { TestBroker } from './test-broker';

/** A broker for each connection of the application, started when the connection asks for it. */
export class HarnessBrokers {
  private readonly starting = new Map<string, Promise<TestBroker>>();
  private readonly started = new Map<string, TestBroker>();
  /** Sees every run of a listener. */
  readonly listeners: ListenerRecorder;

  constructor(
    private readonly clock: AdvanceableClock,
    readonly records: HarnessRecords,
    private readonly brokerProperties: Readonly<Record<string, string>>,
  ) {
    this.listeners = new ListenerRecorder(records.consumed, (connection, topic) =>
      this.started.get(connection)?.ensureTopic(topic),
    );
  }

  async namesrvAddr(connection: string): Promise<string> {
    let broker = this.starting.get(connection);
    if (!broker) {
      broker = this.start(connection);
      this.starting.set(connection, broker);
    }
    return (await broker).namesrvAddr;
  }

  /** The address of a broker that runs already. */
  startedAt(connection: string): string {
    return this.brokerOf(connection).namesrvAddr;
  }

  /** Inside the temporary folder that goes with the broker. */
  get localOffsetStoreDir(): string {
    return join(this.brokerOf(DEFAULT_CONNECTION).folder, 'offsets');
  }

  /** What is under way in any of them. */
  *unfinished(): Generator<string> {
    yield* this.listeners.unfinished();
    for (const [connection, broker] of this.started) {
      for (const name of broker.unfinished()) yield `${connection}: ${name}`;
    }
  }

  async stop(): Promise<void> {
    const brokers = await Promise.allSettled([...this.starting.values()]);
    this.starting.clear();
    this.started.clear();
    for (const broker of brokers) if (broker.status === 'fulfilled') await broker.value.stop();
  }

  private async start(connection: string): Promise<TestBroker> {
    const { clock, brokerProperties } = this;
    const recorder = new StoredMessageRecorder(connection, this.records);
    const broker = await TestBroker.start({
      clock,
      brokerProperties,
      onRecord: (record) => recorder.dispatch(record),
    });
    this.started.set(connection, broker);
    return broker;
  }

  private brokerOf(connection: string): TestBroker {
    const broker = this.started.get(connection);
    if (broker) return broker;
    throw new Error(`the harness has no running broker for connection '${connection}'`);
  }
}
