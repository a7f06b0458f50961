import type { MetricFamily, MetricSample } from './metric-family';

type Labels = NonNullable<MetricSample['labels']>;

export interface LabelledHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds of the buckets, rising. */
  readonly bounds: readonly number[];
  /** The labels that a key stands for; undefined has what was counted under it forgotten. */
  readonly labelsOf: (key: string) => Labels | undefined;
}

/** Counts of values by the smallest bound that is not below them; the last is for those above all. */
interface Series {
  sum: number;
  readonly counts: number[];
}

/**
 * Counts values by size, apart for every key. To observe one costs a look-up; labels are made when
 * they are asked for. Whoever observes bounds the number of keys.
 */
export class LabelledHistogram implements MetricFamily {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  private readonly series = new Map<string, Series>();

  constructor(private readonly options: LabelledHistogramOptions) {
    this.name = options.name;
    this.help = options.help;
  }

  observe(key: string, value: number): void {
    const { bounds } = this.options;
    let series = this.series.get(key);
    if (!series) {
      series = { sum: 0, counts: new Array<number>(bounds.length + 1).fill(0) };
      this.series.set(key, series);
    }
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]) bucket++;
    series.counts[bucket]++;
    series.sum += value;
  }

  *samples(): Generator<MetricSample> {
    const { bounds, labelsOf } = this.options;
    for (const [key, { counts, sum }] of this.series) {
      const labels = labelsOf(key);
      if (!labels) {
        this.series.delete(key);
        continue;
      }
      let count = 0;
      for (const [index, own] of counts.entries()) {
        count += own;
        const le = boundText(bounds[index]);
        yield { suffix: '_bucket', labels: { ...labels, le }, value: count };
      }
      yield { suffix: '_sum', labels, value: sum };
      yield { suffix: '_count', labels, value: count };
    }
  }
}

function boundText(bound: number | undefined): string {
  if (bound === undefined) return '+Inf';
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}
