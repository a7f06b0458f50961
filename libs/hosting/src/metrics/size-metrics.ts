import { Gauge, type Registry } from 'prom-client';

/** Adds one gauge for each size that `sizes` names: `<prefix>_<name in snake case>`. */
export function registerSizes(
  registry: Registry,
  prefix: string,
  sizes: () => Readonly<Record<string, number>>,
): void {
  for (const name of Object.keys(sizes())) {
    const gauge = new Gauge({
      name: `${prefix}_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
      help: `Number of ${name}.`,
      registers: [registry],
      collect() {
        gauge.set(sizes()[name] ?? 0);
      },
    });
  }
}
