/**
 * Runs an asynchronous task at most once at a time. Requests made while it runs share the one run
 * that follows, so that a thousand changes in a moment cost two writes and each caller still knows
 * when a write that began after its change has ended.
 */
export class CoalescedTask {
  private running: Promise<void> | undefined;
  private following: Promise<void> | undefined;

  constructor(private readonly task: () => Promise<void>) {}

  /** Resolves when a run that began after this call has ended; rejects when that run failed. */
  request(): Promise<void> {
    if (!this.running) return this.begin();
    this.following ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.following = undefined;
        return this.begin();
      });
    return this.following;
  }

  /** The last run asked for: resolves at once when there is none, rejects when it failed. */
  current(): Promise<void> {
    return this.following ?? this.running ?? Promise.resolve();
  }

  /** Resolves when nothing runs any more; failures are not reported here. */
  async settled(): Promise<void> {
    while (this.running) await this.running.catch(() => undefined);
  }

  private begin(): Promise<void> {
    const run = this.task().finally(() => {
      if (this.running === run) this.running = undefined;
    });
    this.running = run;
    return run;
  }
}
