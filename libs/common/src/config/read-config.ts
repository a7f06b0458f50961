import { RocketError } from '../errors/rocket-error';
import type { ConfigProperty } from './config-property';
import { parseConfigValue } from './config-property';
import type { ConfigEntry } from './properties-file';

/** The properties of a configuration by name. Schemas combine by spreading them into one. */
export type ConfigSchema = Readonly<Record<string, ConfigProperty<unknown>>>;

/** The typed values that a schema describes. */
export type ConfigOf<S extends ConfigSchema> = {
  -readonly [Name in keyof S]: S[Name] extends ConfigProperty<infer T> ? T : never;
};

/** Something in a configuration that keeps a server from starting, or that it should tell. */
export interface ConfigProblem {
  readonly file: string;
  /** From 1; 0 when it is not from a file. */
  readonly line: number;
  readonly property: string;
  readonly problem: string;
  readonly fix: string;
}

export interface ReadConfigOptions {
  /** Environment variables; `ROCKETMQ_<NAME>` overrides the files. Default: none are read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Names that RocketMQ knows but that do nothing here: a warning of their own. */
  readonly withoutEffect?: ReadonlySet<string>;
}

export interface ReadConfigResult<S extends ConfigSchema> {
  readonly values: ConfigOf<S>;
  /** Names that were given, so that derived defaults can tell. */
  readonly given: ReadonlySet<string>;
  readonly warnings: readonly ConfigProblem[];
  /** With any of these the values must not be used. */
  readonly problems: readonly ConfigProblem[];
}

const ENV_PREFIX = 'ROCKETMQ_';

/** Names of properties become `ROCKETMQ_` and upper snake case: brokerIP1, ROCKETMQ_BROKER_IP1. */
export function environmentVariableOf(property: string): string {
  const snake = property
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2');
  return ENV_PREFIX + snake.toUpperCase();
}

/**
 * Typed values of `entries` (later ones override earlier ones), overridden by the environment.
 * An unknown name is a warning that names it; a value that cannot be used is a problem.
 */
export function readConfig<const S extends ConfigSchema>(
  schema: S,
  entries: readonly ConfigEntry[],
  options: ReadConfigOptions = {},
): ReadConfigResult<S> {
  const values: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema)) values[name] = property.defaultValue;
  const warnings: ConfigProblem[] = [];
  const problems: ConfigProblem[] = [];
  const effective = new Map<string, ConfigEntry>();
  for (const entry of entries) {
    const unknown = warningFor(schema, entry, options.withoutEffect);
    if (unknown) {
      warnings.push(unknown);
      continue;
    }
    const earlier = effective.get(entry.name);
    if (earlier && earlier.file === entry.file) warnings.push(repeated(earlier, entry));
    effective.set(entry.name, entry);
  }
  for (const entry of environmentEntries(schema, options.env ?? {})) {
    effective.set(entry.name, entry);
  }
  for (const [name, entry] of effective) {
    const parsed = parseConfigValue(schema[name], entry.value);
    if ('value' in parsed) values[name] = parsed.value;
    else problems.push({ ...placeOf(entry), problem: parsed.problem, fix: parsed.fix });
  }
  return { values: values as ConfigOf<S>, given: new Set(effective.keys()), warnings, problems };
}

/** `broker.conf:12: listenPort: "x" is not a whole number; write a whole number from 0 to 65535`. */
export function formatConfigProblem(problem: ConfigProblem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}` : problem.file;
  return `${place}: ${problem.property}: ${problem.problem}; ${problem.fix}`;
}

/** Throws CONFIG_INVALID listing every problem; nothing happens when there is none. */
export function assertNoConfigProblems(problems: readonly ConfigProblem[]): void {
  if (problems.length === 0) return;
  throw new RocketError('CONFIG_INVALID', problems.map(formatConfigProblem).join('\n'));
}

function environmentEntries(
  schema: ConfigSchema,
  env: Readonly<Record<string, string | undefined>>,
): ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  for (const name of Object.keys(schema)) {
    const variable = environmentVariableOf(name);
    const value = env[variable];
    if (value === undefined) continue;
    entries.push({ name, value: value.trim(), file: `environment variable ${variable}`, line: 0 });
  }
  return entries;
}

function warningFor(
  schema: ConfigSchema,
  entry: ConfigEntry,
  withoutEffect: ReadonlySet<string> | undefined,
): ConfigProblem | undefined {
  if (Object.prototype.hasOwnProperty.call(schema, entry.name)) return undefined;
  if (withoutEffect?.has(entry.name)) {
    return { ...placeOf(entry), problem: 'has no effect here', fix: 'the line can be removed' };
  }
  const near = nearestName(Object.keys(schema), entry.name);
  const fix = near ? `did you mean ${near}?` : 'remove the line or correct the name';
  return { ...placeOf(entry), problem: 'is not a known property and was ignored', fix };
}

function repeated(earlier: ConfigEntry, entry: ConfigEntry): ConfigProblem {
  const problem = `was given before, on line ${earlier.line}; this one counts`;
  return { ...placeOf(entry), problem, fix: 'remove one of them' };
}

function placeOf(entry: ConfigEntry): Pick<ConfigProblem, 'file' | 'line' | 'property'> {
  return { file: entry.file, line: entry.line, property: entry.name };
}

/** Two changed characters are still a slip of the pen. */
const SLIP_MAX = 2;

function nearestName(names: readonly string[], wanted: string): string | undefined {
  let best: string | undefined;
  let bestDistance = SLIP_MAX + 1;
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) > SLIP_MAX) continue;
    const distance = editDistance(name.toLowerCase(), wanted.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** Insertions, deletions and replacements that turn `a` into `b`, row by row. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, previous[j] + 1, row[j - 1] + 1));
    }
    previous = row;
  }
  return previous[b.length];
}
