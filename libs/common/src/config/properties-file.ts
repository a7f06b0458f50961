/** One `name=value` of a configuration. */
export interface ConfigEntry {
  readonly name: string;
  readonly value: string;
  /** The file's name, or what else gave the value, such as an environment variable. */
  readonly file: string;
  /** From 1; 0 when it is not from a file. */
  readonly line: number;
}

const COMMENT = /^[ \t\f]*[#!]/;
/** The name ends at the first unescaped `=`, `:` or blank. */
const NAME = /^(?:\\.|[^\\=: \t\f])*/s;
const SEPARATOR = /^[ \t\f]*[=:]?[ \t\f]*/;

/**
 * Reads a properties file: `name=value`, `name: value` or `name value`; `#` and `!` begin comments,
 * a `\` at the end continues a line, `\n`, `\t`, `\\`, `\uXXXX` and so on are escapes. Blanks at the
 * end of a value are dropped. Names may repeat; the last one counts for most readers.
 */
export function parseProperties(text: string, fileName: string): ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1;
    if (COMMENT.test(lines[i])) continue;
    let logical = lines[i].trimStart();
    while (isContinued(logical) && i + 1 < lines.length) {
      i++;
      logical = logical.slice(0, -1) + lines[i].trimStart();
    }
    if (logical.trim() === '') continue;
    const name = NAME.exec(logical)![0];
    const value = trimBlanksAtEnd(logical.slice(name.length).replace(SEPARATOR, ''));
    entries.push({ name: unescape(name), value: unescape(value), file: fileName, line });
  }
  return entries;
}

/** The text that `parseProperties` reads back, one line each, in the order given. */
export function formatProperties(values: Iterable<readonly [string, string]>): string {
  let text = '';
  for (const [name, value] of values) text += `${escape(name, true)}=${escape(value, false)}\n`;
  return text;
}

/** An odd number of backslashes at the end. */
function isContinued(line: string): boolean {
  let count = 0;
  while (count < line.length && line[line.length - 1 - count] === '\\') count++;
  return count % 2 === 1;
}

function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.)|$)/gs, (_all, code?: string, char?: string) => {
    if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
    return { n: '\n', r: '\r', t: '\t', f: '\f' }[char ?? ''] ?? char ?? '';
  });
}

function escape(text: string, isName: boolean): string {
  const escaped = text
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
    .replace(/\f/g, '\\f');
  return isName ? escaped.replace(/[=:#! ]/g, '\\$&') : escaped.replace(/^ | $/g, '\\ ');
}

/** An escaped blank belongs to the value. */
function trimBlanksAtEnd(value: string): string {
  const trimmed = value.trimEnd();
  return isContinued(trimmed) ? value.slice(0, trimmed.length + 1) : trimmed;
}
