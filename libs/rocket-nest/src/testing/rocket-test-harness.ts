import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import { AdvanceableClock } from '@rocket-nest/common';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { RocketEnvironment } from '../connection/rocket-environment';
import { DEFAULT_CONNECTION } from '../rocket.constants';
import type { ConsumedMessage } from './consumed-message';
import type { DeadLetter } from './dead-letter';
import { HarnessBrokers } from './harness-brokers';
import type { HarnessAppOptions, HarnessModuleMetadata, HarnessOptions } from './harness-options';
import { HarnessRecords } from './harness-records';
import { KeepAlive } from './keep-alive';
import { advanceInSteps } from './advance-in-steps';
import type { PublishedMessage } from './published-message';
import type { RecordFilter } from './record-list';
import { RocketHarnessModule } from './rocket-harness.module';
import { Settling } from './settling';
import { timeSpanMs, type TimeSpan } from './time-span';
import { isPresent, waitUntil, type Present, type WaitOptions } from './wait-for';

const DEFAULT_SETTLE_TIMEOUT_MS = 3_000;

/**
 * A broker inside the test, and what went through it. An application under test is used as it is:
 * with the harness's module beside its own, every `RocketModule` in it is connected to the harness,
 * whatever its options say about name servers.
 *
 * Nothing is shared between two harnesses, so parallel tests do not disturb each other. Timers of a
 * test runner may be faked.
 */
export class RocketTestHarness {
  private readonly records: HarnessRecords;
  private readonly settling: Settling;
  private made: INestApplicationContext | undefined;
  private closed: Promise<void> | undefined;

  private constructor(
    private readonly options: HarnessOptions,
    private readonly clock: AdvanceableClock,
    private readonly keepAlive: KeepAlive,
    private readonly brokers: HarnessBrokers,
  ) {
    this.records = brokers.records;
    this.settling = new Settling(() => brokers.unfinished());
  }

  /**
   * Starts a broker on a free port with its store in a temporary folder. Resolves once messages can
   * be sent.
   */
  static async start(options: HarnessOptions = {}): Promise<RocketTestHarness> {
    const clock = new AdvanceableClock();
    const keepAlive = new KeepAlive();
    keepAlive.touch();
    const records = new HarnessRecords(() => keepAlive.touch());
    const brokers = new HarnessBrokers(clock, records, options.brokerProperties ?? {});
    await brokers.namesrvAddr(DEFAULT_CONNECTION);
    return new RocketTestHarness(options, clock, keepAlive, brokers);
  }

  /**
   * Starts a broker and an application on it, made by `@nestjs/testing` from `metadata`. Resolves
   * once its listeners take messages; `close` closes both.
   */
  static async create(
    metadata: HarnessModuleMetadata,
    options: HarnessAppOptions = {},
  ): Promise<RocketTestHarness> {
    const harness = await RocketTestHarness.start(options);
    try {
      await harness.init(metadata, options);
    } catch (error) {
      await harness.close();
      throw error;
    }
    return harness;
  }

  /** The module that connects an application to this harness: import it beside the application's. */
  module(): DynamicModule {
    const { clock, brokers } = this;
    const environment: RocketEnvironment = {
      clock,
      localOffsetStoreDir: brokers.localOffsetStoreDir,
      namesrvAddr: (connection) => brokers.namesrvAddr(connection),
    };
    return RocketHarnessModule.for(environment, brokers.listeners);
  }

  /** The application that `create` made. */
  get app(): INestApplicationContext {
    if (this.made) return this.made;
    throw new RocketConfigError(
      'this harness has made no application; use RocketTestHarness.create({ imports: [...] })',
    );
  }

  /** A provider of the application that `create` made, from whichever of its modules. */
  get<T>(token: Type<T> | string | symbol): T {
    return this.app.get<T>(token, { strict: false });
  }

  /** Name server of the default connection as `host:port`, for clients of other kinds. */
  get namesrvAddr(): string {
    return this.brokers.startedAt(DEFAULT_CONNECTION);
  }

  /** Wall time as broker and clients see it, moved by `advanceTime`. */
  now(): Date {
    return new Date(this.clock.wallNow());
  }

  /**
   * Messages that the broker stored, oldest first. A message that was sent is here as soon as `send`
   * has resolved; a delayed one too, a transactional one once it is committed.
   *
   * @param filter `topic`, `topic:tag` or a function
   */
  published(filter?: RecordFilter<PublishedMessage>): PublishedMessage[] {
    return this.records.published.find(filter);
  }

  /**
   * Deliveries that listeners acknowledged, in the order in which they ended.
   *
   * @param filter listener id, `topic`, `topic:tag` or a function
   */
  consumed(filter?: RecordFilter<ConsumedMessage>): ConsumedMessage[] {
    const ended = this.records.consumed.find(filter);
    return ended.filter(({ outcome }) => outcome === 'acknowledged');
  }

  /** Deliveries that ended with an error, each with it; filtered like `consumed`. */
  failed(filter?: RecordFilter<ConsumedMessage>): ConsumedMessage[] {
    const ended = this.records.consumed.find(filter);
    return ended.filter(({ outcome }) => outcome !== 'acknowledged');
  }

  /**
   * Messages in dead letter topics, oldest first.
   *
   * @param filter consumer group, `topic`, `topic:tag` of the original message or a function
   */
  dlq(filter?: RecordFilter<DeadLetter>): DeadLetter[] {
    return this.records.dlq.find(filter);
  }

  /**
   * Resolves with what `probe` returns once that is more than `false`, `undefined`, `null`, `0`, `''`
   * or an empty list. Rejects with HARNESS_TIMEOUT and a list of what happened instead, and at once
   * with what `probe` throws.
   */
  async waitFor<T>(probe: () => T | Promise<T>, options: WaitOptions = {}): Promise<Present<T>> {
    const attempt = async (): Promise<{ value: Present<T> } | object> => {
      this.keepAlive.touch();
      const value = await probe();
      return isPresent(value) ? { value } : {};
    };
    return waitUntil<Present<T>>(attempt, options, () => this.records.summary());
  }

  /** Resolves once `assertion` no longer throws; rejects with HARNESS_TIMEOUT and its last error. */
  async eventually<T>(assertion: () => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
    const attempt = async (): Promise<{ value: T } | { error: unknown }> => {
      this.keepAlive.touch();
      try {
        return { value: await assertion() };
      } catch (error) {
        return { error };
      }
    };
    return waitUntil(attempt, options, () => this.records.summary());
  }

  /**
   * Moves wall time forward: delays, retries, checks of transactions and whatever else waits for it
   * happens in the order in which it is due, and listeners have handled what that brought before
   * this resolves. So `advanceTime('5h')` runs through all retries of a failing message. Timers of
   * the test's own code are not moved.
   *
   * @param span milliseconds, or a text like `'30s'`, `'5m'`, `'2h'`
   */
  async advanceTime(span: TimeSpan): Promise<void> {
    const spanMs = timeSpanMs(span);
    await advanceInSteps(this.clock, spanMs, () => this.settle());
  }

  /**
   * Resolves once nothing is under way: listeners have taken and ended what was sent, what failed is
   * waiting for its next try. A listener that does not end is waited for no longer than the
   * harness's `settleTimeoutMs`.
   */
  async settle(): Promise<void> {
    this.keepAlive.touch();
    await this.settling.settle(this.options.settleTimeoutMs ?? DEFAULT_SETTLE_TIMEOUT_MS);
  }

  /** Forgets what is on record, as between two tests of one application. */
  clear(): void {
    this.records.clear();
  }

  /**
   * Closes the application that `create` made, then the broker. An application made by hand is
   * closed before: its listeners still need the broker to store where they stand.
   */
  close(): Promise<void> {
    this.closed ??= this.closeBoth();
    return this.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async init(metadata: HarnessModuleMetadata, options: HarnessAppOptions): Promise<void> {
    const { Test } = nestTesting();
    const imports = [...(metadata.imports ?? []), this.module()];
    const builder = Test.createTestingModule({ ...metadata, imports });
    const module = await (options.configure ? options.configure(builder) : builder).compile();
    this.made = module;
    await module.init();
    await this.settle();
  }

  private async closeBoth(): Promise<void> {
    this.keepAlive.touch();
    try {
      await this.made?.close();
    } finally {
      await this.brokers.stop();
      this.keepAlive.stop();
    }
  }
}

function nestTesting(): typeof import('@nestjs/testing') {
  try {
    // Optional: an application made by hand needs it not.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require('@nestjs/testing') as typeof import('@nestjs/testing');
  } catch (cause) {
    const text =
      'RocketTestHarness.create needs @nestjs/testing: install it, or start the harness with ' +
      'RocketTestHarness.start() and import harness.module() into an application of your own';
    throw Object.assign(new RocketConfigError(text), { cause });
  }
}
