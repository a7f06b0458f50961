/**
 * Reads changes of attributes as the admin tools write them, `+name=value,-name`: key with its sign
 * -> value, empty for a removal. Undefined when the text is not of this form.
 */
export function parseAttributeChanges(text: string | undefined): Map<string, string> | undefined {
  const changes = new Map<string, string>();
  if (text === undefined || text.trim() === '') return changes;
  for (const part of text.split(',')) {
    const change = part.trim();
    const equals = change.indexOf('=');
    const key = equals < 0 ? change : change.slice(0, equals);
    if (key.length < 2) return undefined;
    if (key.startsWith('+') ? equals < 0 : !key.startsWith('-') || equals >= 0) return undefined;
    if (changes.has(key)) return undefined;
    changes.set(key, equals < 0 ? '' : change.slice(equals + 1));
  }
  return changes;
}
