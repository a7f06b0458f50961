import { formatProperties } from './properties-file';
import type { ConfigSchema } from './read-config';

export interface FormatConfigOptions {
  /** Only the properties marked important, as `-m` prints them. Default false. */
  readonly importantOnly?: boolean;
}

const HIDDEN = '******';

/** All values as lines of a properties file, by name, as `-p` prints them; secrets are hidden. */
export function formatConfig(
  schema: ConfigSchema,
  values: Readonly<Record<string, unknown>>,
  options: FormatConfigOptions = {},
): string {
  const lines: [string, string][] = [];
  for (const name of Object.keys(schema).sort()) {
    const property = schema[name];
    if (options.importantOnly === true && property.important !== true) continue;
    const value = String(values[name] ?? '');
    lines.push([name, property.secret === true && value !== '' ? HIDDEN : value]);
  }
  return formatProperties(lines);
}
