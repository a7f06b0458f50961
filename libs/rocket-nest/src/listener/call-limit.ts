const DEFAULT_CONCURRENCY = 20;

/** Calls of a listener at a time. */
export function concurrencyOf({ concurrency }: { concurrency?: number }): number {
  return concurrency ?? DEFAULT_CONCURRENCY;
}

/** How many calls of one listener run at a time; those above it wait in the order they came. */
export class CallLimit {
  private running = 0;
  /** Bounded by the concurrency of the group, whose calls they are. */
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly most: number) {}

  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) await new Promise<void>((go) => this.waiting.push(go));
    else this.running++;
    try {
      return await call();
    } finally {
      // A call that waits takes over the place.
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
