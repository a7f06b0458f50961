/**
 * What `parseJson` gives. Objects have no prototype. An object whose keys are themselves objects
 * (how maps keyed by MessageQueue are written) becomes an array of [key, value] pairs. An integer
 * beyond the safe ones becomes a bigint.
 */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;

export interface JsonObject {
  [name: string]: JsonValue;
}

/** True for an object, not for null or an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
