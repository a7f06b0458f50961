import assert from 'node:assert';

import { parseField } from './header-field';
import type { FieldValue, HeaderField } from './header-field';
import type { RemotingCommand } from './remoting-command';
import { RemotingError } from './remoting-error';

export type HeaderFields = Readonly<Record<string, HeaderField>>;

/** A command's custom header: its name and its fields, in the order they are written. */
export interface HeaderDefinition<F extends HeaderFields = HeaderFields> {
  readonly name: string;
  readonly fields: F;
  readonly entries: readonly (readonly [name: string, field: HeaderField])[];
}

type ValueOf<F> = F extends HeaderField<infer T> ? T : never;
type KeysWith<F extends HeaderFields, P> = {
  [K in keyof F]: F[K]['presence'] extends P ? K : never;
}[keyof F];

/** The header as `decodeHeader` gives it: defaults are filled in. */
export type HeaderOf<D> =
  D extends HeaderDefinition<infer F>
    ? { [K in KeysWith<F, 'required' | 'defaulted'>]: ValueOf<F[K]> } & {
        [K in KeysWith<F, 'optional'>]?: ValueOf<F[K]> | undefined;
      }
    : never;

/** The header as `encodeHeader` takes it: fields with a default may be left out. */
export type HeaderInit<D> =
  D extends HeaderDefinition<infer F>
    ? { [K in KeysWith<F, 'required'>]: ValueOf<F[K]> } & {
        [K in KeysWith<F, 'optional' | 'defaulted'>]?: ValueOf<F[K]> | undefined;
      }
    : never;

export function defineHeader<F extends HeaderFields>(name: string, fields: F): HeaderDefinition<F> {
  return { name, fields, entries: Object.entries(fields) };
}

/**
 * Reads a command's ext fields as `definition` says. Throws HEADER_MISSING_FIELD or
 * HEADER_BAD_FIELD, naming header and field; unknown ext fields are ignored.
 */
export function decodeHeader<D extends HeaderDefinition>(
  definition: D,
  command: RemotingCommand,
): HeaderOf<D> {
  const header: Record<string, FieldValue | undefined> = {};
  for (const [name, field] of definition.entries) {
    const value = command.extField(name);
    if (value !== undefined) header[name] = parseField(field.kind, value, name);
    else if (field.presence === 'required') throw missingField(definition, name);
    else if (field.presence === 'defaulted') header[name] = field.defaultValue;
  }
  return header as HeaderOf<D>;
}

/** The ext fields of a header: name -> text, absent ones left out. */
export function encodeHeader<D extends HeaderDefinition>(
  definition: D,
  header: HeaderInit<D>,
): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [name, field] of definition.entries) {
    const value = (header as Record<string, FieldValue | undefined>)[name] ?? field.defaultValue;
    if (value === undefined) {
      assert(field.presence !== 'required', `${definition.name}.${name} is required`);
      continue;
    }
    if (field.kind === 'int' || field.kind === 'long') {
      assert(
        Number.isSafeInteger(value),
        `${definition.name}.${name} is no safe integer: ${value}`,
      );
    }
    fields.set(name, String(value));
  }
  return fields;
}

function missingField(definition: HeaderDefinition, name: string): RemotingError {
  return new RemotingError(
    'HEADER_MISSING_FIELD',
    `the header ${definition.name} lacks its field ${name}`,
  );
}
