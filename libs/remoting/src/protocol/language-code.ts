/** The languages a command may come from, as numbered in the binary header. */
export const LanguageCode = {
  JAVA: 0,
  CPP: 1,
  DOTNET: 2,
  PYTHON: 3,
  DELPHI: 4,
  ERLANG: 5,
  RUBY: 6,
  OTHER: 7,
  HTTP: 8,
  GO: 9,
  PHP: 10,
  OMS: 11,
  RUST: 12,
  NODE_JS: 13,
} as const;

export type LanguageCode = (typeof LanguageCode)[keyof typeof LanguageCode];
export type LanguageName = keyof typeof LanguageCode;

const NAMES = Object.keys(LanguageCode) as LanguageName[];
const CODES = new Map<string, LanguageCode>(Object.entries(LanguageCode));

/** The name of a language number; OTHER for a number without a name. */
export function languageName(language: number): LanguageName {
  return NAMES[language] ?? 'OTHER';
}

/** The number of a language name, whatever its case; undefined when there is none. */
export function languageOfName(name: string): LanguageCode | undefined {
  return CODES.get(name) ?? CODES.get(name.toUpperCase());
}
