/** Sums over the last while, kept in as many parts as the window has steps. */
export class RateWindow {
  private readonly sums: number[];
  private readonly counts: number[];
  /** Number of the newest part since the clock's beginning. */
  private newest: number;
  private readonly startMs: number;

  constructor(
    private readonly stepMs: number,
    private readonly steps: number,
    private readonly now: () => number,
  ) {
    this.sums = new Array<number>(steps).fill(0);
    this.counts = new Array<number>(steps).fill(0);
    this.startMs = now();
    this.newest = Math.floor(this.startMs / stepMs);
  }

  add(value: number): void {
    this.turn();
    const part = this.newest % this.steps;
    this.sums[part] += value;
    this.counts[part]++;
  }

  get sum(): number {
    this.turn();
    return this.sums.reduce((sum, part) => sum + part, 0);
  }

  /** The mean of what was added, 0 when nothing was. */
  get average(): number {
    this.turn();
    const count = this.counts.reduce((sum, part) => sum + part, 0);
    return count === 0 ? 0 : this.sum / count;
  }

  /** `sum` per second of the window, or of the time since the start where that is shorter. */
  get perSecond(): number {
    const windowMs = this.stepMs * this.steps;
    const spanMs = Math.min(windowMs, Math.max(this.stepMs, this.now() - this.startMs));
    return (this.sum * 1000) / spanMs;
  }

  /** Empties the parts whose time is over. */
  private turn(): void {
    const current = Math.floor(this.now() / this.stepMs);
    const passed = Math.min(current - this.newest, this.steps);
    for (let step = 1; step <= passed; step++) {
      const part = (this.newest + step) % this.steps;
      this.sums[part] = 0;
      this.counts[part] = 0;
    }
    this.newest = Math.max(this.newest, current);
  }
}
