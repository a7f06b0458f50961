/** An alert as Prometheus posts it to `/api/v2/alerts`. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  /** In the future while it fires. */
  readonly endsAt?: string;
}

/** The same alert has the same labels, in whatever order. */
export function alertKey({ labels }: Alert): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @throws an Error when the value is no list of alerts */
export function readAlerts(value: unknown, maxAlerts: number): Alert[] {
  if (!Array.isArray(value) || value.length > maxAlerts) {
    throw new Error(`send a list of up to ${maxAlerts} alerts`);
  }
  return value.map((each: { labels?: unknown; annotations?: unknown } | null) => {
    if (!isTexts(each?.labels)) throw new Error('an alert has labels, which are texts');
    return {
      ...each,
      labels: each.labels,
      annotations: isTexts(each.annotations) ? each.annotations : {},
    };
  });
}

function isTexts(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((text) => typeof text === 'string')
  );
}
