import type { MetricFamily, MetricSample } from '@rocket-nest/hosting';

type Samples = () => Iterable<MetricSample> | Promise<Iterable<MetricSample>>;

/** Makes families whose every sample carries the labels that name this broker. */
export class FamilyFactory {
  constructor(readonly commonLabels: Readonly<Record<string, string>>) {}

  counter(name: string, help: string, samples: Samples): MetricFamily {
    return { name, help, type: 'counter', samples: () => this.labelledAll(samples()) };
  }

  gauge(name: string, help: string, samples: Samples): MetricFamily {
    return { name, help, type: 'gauge', samples: () => this.labelledAll(samples()) };
  }

  private labelledAll(samples: ReturnType<Samples>): ReturnType<Samples> {
    if ('then' in samples) return samples.then((known) => this.labelled(known));
    return this.labelled(samples);
  }

  private *labelled(samples: Iterable<MetricSample>): Generator<MetricSample> {
    for (const { labels, value } of samples) {
      yield { labels: { ...this.commonLabels, ...labels }, value };
    }
  }
}
