import { RemotingError } from './remoting-error';

export type FieldPresence = 'required' | 'optional' | 'defaulted';
export type FieldKind = 'text' | 'int' | 'long' | 'bool';
export type FieldValue = string | number | boolean;

/** How one field of a header is read from and written to its text in the ext fields. */
export interface HeaderField<
  T extends FieldValue = FieldValue,
  P extends FieldPresence = FieldPresence,
> {
  readonly kind: FieldKind;
  readonly presence: P;
  readonly defaultValue: T | undefined;
}

/** A field as it is first declared: required, unless told otherwise. */
export interface RequiredField<T extends FieldValue> extends HeaderField<T, 'required'> {
  /** The field may be absent, and is undefined then. */
  optional(): HeaderField<T, 'optional'>;
  /** The field has `value` when absent, and may be left out by whoever builds the header. */
  orElse(value: T): HeaderField<T, 'defaulted'>;
}

function declare<T extends FieldValue>(kind: FieldKind): RequiredField<T> {
  return {
    kind,
    presence: 'required',
    defaultValue: undefined,
    optional: () => ({ kind, presence: 'optional', defaultValue: undefined }),
    orElse: (value) => ({ kind, presence: 'defaulted', defaultValue: value }),
  };
}

/** Text as it is. */
export const text = (): RequiredField<string> => declare('text');
/** A 32-bit integer. */
export const int = (): RequiredField<number> => declare('int');
/**
 * A 64-bit integer. One beyond the safe integers is brought to the nearest safe one: such values
 * ("until the end of time") only ever mark an open end.
 */
export const long = (): RequiredField<number> => declare('long');
/** `true` in any case; every other text is false. */
export const bool = (): RequiredField<boolean> => declare('bool');

const INTEGER = /^[+-]?[0-9]{1,19}$/;

/** Reads the text of a field; throws HEADER_BAD_FIELD, naming it, when it is no such value. */
export function parseField(kind: FieldKind, value: string, name: string): FieldValue {
  switch (kind) {
    case 'text':
      return value;
    case 'int':
      return parseInt32(value, name);
    case 'long':
      return parseLong(value, name);
    case 'bool':
      return value === 'true' || value.toLowerCase() === 'true';
  }
}

export function parseInt32(value: string, name: string): number {
  const parsed = INTEGER.test(value) ? Number(value) : NaN;
  if (parsed === (parsed | 0)) return parsed | 0;
  throw badField(name, value, 'a 32-bit integer');
}

export function parseLong(value: string, name: string): number {
  if (!INTEGER.test(value)) throw badField(name, value, 'a 64-bit integer');
  return toSafeInteger(Number(value));
}

/** The nearest safe integer. */
export function toSafeInteger(value: number): number {
  if (value > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER;
  if (value < Number.MIN_SAFE_INTEGER) return Number.MIN_SAFE_INTEGER;
  return value + 0;
}

function badField(name: string, value: string, wanted: string): RemotingError {
  const shown = value.length > 64 ? `${value.slice(0, 64)}...` : value;
  return new RemotingError(
    'HEADER_BAD_FIELD',
    `the header field ${name} is '${shown}', not ${wanted}`,
  );
}
