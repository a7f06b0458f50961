/** Entries of a JSON object or Map as text to text; anything else gives an empty map. */
export function readTextMap(value: unknown): Map<string, string> {
  const result = new Map<string, string>();
  if (typeof value !== 'object' || value === null) return result;
  const entries = value instanceof Map ? value.entries() : Object.entries(value);
  for (const [key, text] of entries as Iterable<[unknown, unknown]>) {
    if (text !== null && text !== undefined) result.set(String(key), String(text));
  }
  return result;
}

/** A member of a JSON object or Map, whichever the reader made. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Map) return value.get(name);
  return Object.prototype.hasOwnProperty.call(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** `value` as a whole number (readers give 64-bit ones as text), `fallback` when it is none. */
export function readNumber(value: unknown, fallback: number): number {
  if (value === null || value === undefined || value === '') return fallback;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : fallback;
}

/** `value` as a truth value, `fallback` when it is none. */
export function readBoolean(value: unknown, fallback: boolean): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 1) return true;
  if (value === 'false' || value === 0) return false;
  return fallback;
}
