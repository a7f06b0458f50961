/** A quoted text or name, a comment to the end of its line, or a placeholder. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\?/g;

/** The pieces of a statement between its `?` placeholders. */
export function splitAtPlaceholders(sql: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (const { 0: token, index } of sql.matchAll(TOKEN)) {
    if (token !== '?') continue;
    pieces.push(sql.slice(start, index));
    start = index + 1;
  }
  pieces.push(sql.slice(start));
  return pieces;
}

/** `?` as `$1`, `$2`, as PostgreSQL wants them. */
export function numberPlaceholders(sql: string): string {
  const [first, ...rest] = splitAtPlaceholders(sql);
  return rest.reduce((text, piece, index) => `${text}$${index + 1}${piece}`, first);
}
