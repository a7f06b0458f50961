import { errorMessageOf } from '@rocket-nest/common';
import type { Clock, Logger, Timer, TopicConfig } from '@rocket-nest/common';

/** Wait before the next attempt at a name server that could not be reached. */
const RETRY_DELAY_MS = 1_000;
/** Wait after a connection closed: the name server has dropped the broker already. */
const RECONNECT_DELAY_MS = 100;

export interface NameServerRegistrarDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Sends everything; rejects when the name server did not take it. */
  readonly registerAll: (address: string) => Promise<void>;
  /** Sends these topics only. */
  readonly registerTopics: (address: string, topics: readonly TopicConfig[]) => Promise<void>;
}

/**
 * Keeps one name server told of this broker. One request is under way at a time; what changes
 * meanwhile goes with the next. After any failure everything is sent again, so that no change can
 * be missed. Name servers know nothing of each other, and neither do registrars.
 */
export class NameServerRegistrar {
  private wantsAll = false;
  private readonly changed = new Map<string, TopicConfig>();
  private isRunning = false;
  private retry: Timer | undefined;
  private stopped = false;
  private failing = false;

  constructor(
    readonly address: string,
    private readonly deps: NameServerRegistrarDeps,
  ) {}

  /** Sends everything, now or after what is under way. */
  registerAll(): void {
    this.wantsAll = true;
    this.kick();
  }

  /** Sends some topics. */
  registerTopics(topics: readonly TopicConfig[]): void {
    for (const topic of topics) this.changed.set(topic.topicName, topic);
    this.kick();
  }

  onConnectionClosed(): void {
    if (this.stopped || this.failing) return;
    this.wantsAll = true;
    this.retryAfter(RECONNECT_DELAY_MS);
  }

  /** Sends nothing more; what is under way is not waited for. */
  stop(): void {
    this.stopped = true;
    this.retry?.cancel();
  }

  private kick(): void {
    if (this.isRunning || this.stopped) return;
    if (!this.wantsAll && this.changed.size === 0) return;
    this.retry?.cancel();
    this.isRunning = true;
    void this.send().then((succeeded) => {
      this.isRunning = false;
      if (succeeded) this.kick();
      else this.retryAfter(RETRY_DELAY_MS);
    });
  }

  private async send(): Promise<boolean> {
    const all = this.wantsAll;
    const topics = [...this.changed.values()];
    this.wantsAll = false;
    this.changed.clear();
    try {
      if (all) await this.deps.registerAll(this.address);
      else await this.deps.registerTopics(this.address, topics);
      this.noteRecovered();
      return true;
    } catch (error) {
      this.wantsAll = true;
      this.noteFailure(error);
      return false;
    }
  }

  private retryAfter(delayMs: number): void {
    if (this.stopped) return;
    this.retry?.cancel();
    this.retry = this.deps.clock.after(delayMs, () => this.kick());
  }

  private noteFailure(error: unknown): void {
    if (this.failing) return;
    this.failing = true;
    this.deps.logger.warn('a name server cannot be reached; it is tried every second', {
      namesrvAddr: this.address,
      reason: errorMessageOf(error),
    });
  }

  private noteRecovered(): void {
    if (this.failing) this.deps.logger.info('registered again', { namesrvAddr: this.address });
    this.failing = false;
  }
}
