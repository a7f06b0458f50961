/** Durations of one kind of request, with their outcomes. */
export class Latencies {
  values = [];
  outcomes = new Map();

  add(ms, outcome) {
    this.values.push(ms);
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }

  /** `{ count, p50, p90, p99, max }` in ms, and how many had which outcome. */
  summary() {
    const sorted = [...this.values].sort((a, b) => a - b);
    const at = (share) =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return {
      count: sorted.length,
      p50: at(0.5),
      p90: at(0.9),
      p99: at(0.99),
      max: sorted.at(-1) ?? 0,
      outcomes: Object.fromEntries([...this.outcomes].sort()),
    };
  }
}

/** Requests finished in each second since the start. */
export class PerSecond {
  counts = [];
  startedAt = performance.now();

  add() {
    const second = Math.floor((performance.now() - this.startedAt) / 1000);
    this.counts[second] = (this.counts[second] ?? 0) + 1;
  }

  list() {
    return Array.from(this.counts, (count) => count ?? 0);
  }
}
