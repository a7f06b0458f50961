/** What a property may be given besides its default. */
export interface ConfigPropertyOptions {
  /** One sentence for people. */
  readonly description?: string;
  /** Among the few that `-m` prints. */
  readonly important?: boolean;
  /** An admin request may change it while the server runs. Default false; never set it on paths. */
  readonly updatable?: boolean;
  /** Never printed. */
  readonly secret?: boolean;
}

/** What a text has to look like, and what to tell people who wrote something else. */
export interface ConfigTextForm {
  readonly pattern?: RegExp;
  readonly patternFix?: string;
}

export interface ConfigRange {
  readonly min?: number;
  readonly max?: number;
}

export type ConfigKind = 'int' | 'long' | 'double' | 'boolean' | 'text' | 'enum';

/** A property's type, default and bounds. Make them with `configProperty`. */
export interface ConfigProperty<T> extends ConfigPropertyOptions, ConfigRange, ConfigTextForm {
  readonly kind: ConfigKind;
  readonly defaultValue: T;
  /** The allowed texts of an enum. */
  readonly choices?: readonly string[];
}

const INT_MAX = 0x7fffffff;

/** Makers of typed properties. */
export const configProperty = {
  /** A whole number of 32 bits. */
  int(
    defaultValue: number,
    options: ConfigPropertyOptions & ConfigRange = {},
  ): ConfigProperty<number> {
    return number('int', defaultValue, -INT_MAX - 1, INT_MAX, options);
  },

  /** A whole number up to 2^53 - 1. */
  long(
    defaultValue: number,
    options: ConfigPropertyOptions & ConfigRange = {},
  ): ConfigProperty<number> {
    return number('long', defaultValue, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, options);
  },

  double(
    defaultValue: number,
    options: ConfigPropertyOptions & ConfigRange = {},
  ): ConfigProperty<number> {
    return number('double', defaultValue, -Number.MAX_VALUE, Number.MAX_VALUE, options);
  },

  boolean(defaultValue: boolean, options: ConfigPropertyOptions = {}): ConfigProperty<boolean> {
    return { ...options, kind: 'boolean', defaultValue };
  },

  text(
    defaultValue = '',
    options: ConfigPropertyOptions & ConfigTextForm = {},
  ): ConfigProperty<string> {
    return { ...options, kind: 'text', defaultValue };
  },

  /** One of `choices`, read without regard to case. */
  oneOf<const Choices extends readonly string[]>(
    choices: Choices,
    defaultValue: Choices[number],
    options: ConfigPropertyOptions = {},
  ): ConfigProperty<Choices[number]> {
    return { ...options, kind: 'enum', choices, defaultValue };
  },
};

function number(
  kind: ConfigKind,
  defaultValue: number,
  min: number,
  max: number,
  options: ConfigPropertyOptions & ConfigRange,
): ConfigProperty<number> {
  return { min, max, ...options, kind, defaultValue };
}

/** A value, or what to do to get one. */
export type ParsedConfigValue =
  { readonly value: unknown } | { readonly problem: string; readonly fix: string };

/** Reads the text of a property's value. */
export function parseConfigValue(
  property: ConfigProperty<unknown>,
  text: string,
): ParsedConfigValue {
  switch (property.kind) {
    case 'boolean':
      return parseBoolean(text);
    case 'text':
      return parseText(property, text);
    case 'enum':
      return parseChoice(property.choices ?? [], text);
    default:
      return parseNumber(property, text);
  }
}

function parseText({ pattern, patternFix = '' }: ConfigTextForm, text: string): ParsedConfigValue {
  if (!pattern || pattern.test(text)) return { value: text };
  return { problem: `${JSON.stringify(text)} is not understood`, fix: patternFix };
}

function parseBoolean(text: string): ParsedConfigValue {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'false') return { value: lower === 'true' };
  return {
    problem: `${JSON.stringify(text)} is neither true nor false`,
    fix: 'write true or false',
  };
}

function parseChoice(choices: readonly string[], text: string): ParsedConfigValue {
  const value = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
  if (value !== undefined) return { value };
  const fix = `write one of ${choices.join(', ')}`;
  return { problem: `${JSON.stringify(text)} is not a known value`, fix };
}

function parseNumber(property: ConfigProperty<unknown>, text: string): ParsedConfigValue {
  const { kind, min = -Infinity, max = Infinity } = property;
  const isWhole = kind !== 'double';
  const form = isWhole ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  const what = isWhole ? 'a whole number' : 'a number';
  const fix = `write ${what} from ${min} to ${max}`;
  if (!form.test(text)) return { problem: `${JSON.stringify(text)} is not ${what}`, fix };
  const value = Number(text);
  if (value < min || value > max) return { problem: `${text} is out of range`, fix };
  return { value };
}
