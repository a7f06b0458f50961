/** A named bound, and how often it was reached. */
export interface Limit {
  readonly name: string;
  /** What is allowed; undefined when nobody declared it. */
  readonly max: number | undefined;
  /** What happens past it, for people. */
  readonly behaviour: string;
  readonly hits: number;
}

interface MutableLimit extends Limit {
  max: number | undefined;
  behaviour: string;
  hits: number;
}

/** The limits of one server or client, readable for metrics. */
export class Limits {
  private readonly byName = new Map<string, MutableLimit>();

  /** Makes a limit known before it is reached; again to change its bound. Returns `max`. */
  declare(name: string, max: number, behaviour: string): number {
    const limit = this.get(name);
    limit.max = max;
    limit.behaviour = behaviour;
    return max;
  }

  /** Counts that `name` was reached. */
  hit(name: string, times = 1): void {
    this.get(name).hits += times;
  }

  hits(name: string): number {
    return this.byName.get(name)?.hits ?? 0;
  }

  /** All limits, by name. */
  all(): Limit[] {
    return [...this.byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private get(name: string): MutableLimit {
    let limit = this.byName.get(name);
    if (!limit) {
      limit = { name, max: undefined, behaviour: '', hits: 0 };
      this.byName.set(name, limit);
    }
    return limit;
  }
}
