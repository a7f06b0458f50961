/** One value of a metric with its labels. */
export interface MetricSample {
  /** Comes behind the family's name: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string | number | boolean>>;
  readonly value: number;
}

/** A metric whose values are looked up when they are asked for. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  samples(): Iterable<MetricSample> | Promise<Iterable<MetricSample>>;
}

/** The lines of a family in Prometheus' text format, made one by one. */
export async function* familyLines(family: MetricFamily): AsyncGenerator<string> {
  const { name, help, type } = family;
  yield `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  const samples = await family.samples();
  yield* chunksOf(name, samples);
}

/** Lines made before the event loop gets its turn. */
const LINES_PER_CHUNK = 500;

function* chunksOf(name: string, samples: Iterable<MetricSample>): Generator<string> {
  let chunk = '';
  let lines = 0;
  for (const { suffix = '', labels, value } of samples) {
    chunk += `${name}${suffix}${labels ? formatLabels(labels) : ''} ${value}\n`;
    if (++lines < LINES_PER_CHUNK) continue;
    yield chunk;
    chunk = '';
    lines = 0;
  }
  yield chunk;
}

function formatLabels(labels: Readonly<Record<string, string | number | boolean>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escape(value)}"`);
  return `{${pairs.join(',')}}`;
}

function escape(value: string | number | boolean): string {
  const text = String(value);
  if (!/["\\\n]/.test(text)) return text;
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
