import type { Clock, Timer } from '@rocket-nest/common';
import type { TopicRouteTable } from './topic-route-table';

/** First and longest pause before a topic without a route is asked for again. */
const MISSING_FIRST_MS = 250;
const MISSING_LONGEST_MS = 10_000;

/**
 * Keeps routes fresh: all of them at the poll interval, and those of subscribed topics that do not
 * exist yet (a retry topic appears with the group's first heartbeat) sooner, in growing steps.
 */
export class RoutePoller {
  private pollTimer: Timer | undefined;
  private missingTimer: Timer | undefined;
  private missingPauseMs = MISSING_FIRST_MS;
  private stopped = false;

  constructor(
    private readonly routes: TopicRouteTable,
    private readonly subscribedTopics: () => string[],
    private readonly intervalMs: number,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.pollTimer = this.clock.every(
      this.intervalMs,
      () => void this.routes.poll(this.subscribedTopics()),
    );
  }

  stop(): void {
    this.stopped = true;
    this.pollTimer?.cancel();
    this.missingTimer?.cancel();
  }

  /** Asks for the subscribed topics that have no route, now and until they have one. */
  async findMissing(): Promise<void> {
    this.missingPauseMs = MISSING_FIRST_MS;
    await this.askForMissing();
  }

  private async askForMissing(): Promise<void> {
    this.missingTimer?.cancel();
    this.missingTimer = undefined;
    const missing = this.missing();
    if (missing.length === 0) return;
    await Promise.all(missing.map((topic) => this.routes.refresh(topic).catch(() => undefined)));
    if (this.stopped || this.missing().length === 0 || this.missingTimer) return;
    this.missingTimer = this.clock.after(this.missingPauseMs, () => void this.askForMissing());
    this.missingPauseMs = Math.min(this.missingPauseMs * 2, MISSING_LONGEST_MS);
  }

  private missing(): string[] {
    return this.subscribedTopics().filter((topic) => !this.routes.get(topic));
  }
}
