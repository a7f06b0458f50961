import assert from 'node:assert';

import { isJsonObject } from '../json/json-value';
import type { JsonObject, JsonValue } from '../json/json-value';
import { parseJson } from '../json/parse-json';
import { stringifyJson } from '../json/stringify-json';
import type { StringifyJsonOptions } from '../json/stringify-json';
import { RemotingError } from '../protocol/remoting-error';
import { declareField, invalid } from './body-field';
import type { BodyField, BodyPresence, BodyType, PlainField } from './body-field';

export type BodyFields = Readonly<Record<string, BodyField>>;

/** A JSON body: its name and its fields. It can be a field of another body, by `nested`. */
export interface BodyDefinition<F extends BodyFields = BodyFields> {
  readonly name: string;
  /** In the order they are written, which is alphabetic. */
  readonly entries: readonly (readonly [name: string, field: BodyField])[];
  /** Never set; carries the fields' types. */
  readonly fields?: F;
}

type ValueOf<F> = F extends BodyField<infer T, BodyPresence, infer _I> ? T : never;
type InitOf<F> = F extends BodyField<infer _T, BodyPresence, infer I> ? I : never;
type KeysWith<F extends BodyFields, P> = {
  [K in keyof F]: F[K]['presence'] extends P ? K : never;
}[keyof F];

/** The body as `decodeBody` gives it. */
export type BodyOf<D> =
  D extends BodyDefinition<infer F>
    ? { [K in KeysWith<F, 'required' | 'defaulted'>]: ValueOf<F[K]> } & {
        [K in KeysWith<F, 'optional'>]?: ValueOf<F[K]> | undefined;
      }
    : never;

/** The body as `encodeBody` takes it: fields with a default may be left out. */
export type BodyInit<D> =
  D extends BodyDefinition<infer F>
    ? { [K in KeysWith<F, 'required'>]: InitOf<F[K]> } & {
        [K in KeysWith<F, 'optional' | 'defaulted'>]?: InitOf<F[K]> | undefined;
      }
    : never;

export function defineBody<F extends BodyFields>(name: string, fields: F): BodyDefinition<F> {
  const entries = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  return { name, entries };
}

/** A field that holds another body. */
export function nested<D extends BodyDefinition>(
  definition: D,
): PlainField<BodyOf<D>, BodyInit<D>> {
  return declareField(bodyType(definition));
}

export function bodyType<D extends BodyDefinition>(
  definition: D,
): BodyType<BodyOf<D>, BodyInit<D>> {
  return {
    read: (value, path) => readBody(definition, value, path),
    write: (value) => writeBody(definition, value),
  };
}

/** Reads a JSON body. Throws BAD_JSON or BODY_INVALID; unknown fields are ignored. */
export function decodeBody<D extends BodyDefinition>(
  definition: D,
  source: Buffer | string | undefined,
): BodyOf<D> {
  if (source === undefined || source.length === 0) {
    throw new RemotingError('BODY_INVALID', `the body ${definition.name} is missing`);
  }
  return readBody(definition, parseJson(source), definition.name);
}

/** Reads a JSON array of bodies. Throws BAD_JSON or BODY_INVALID. */
export function decodeBodyList<D extends BodyDefinition>(
  definition: D,
  source: Buffer | string,
): BodyOf<D>[] {
  const list = parseJson(source);
  if (!Array.isArray(list)) throw invalid('the body', `a list (of ${definition.name})`);
  return list.map((value, index) => readBody(definition, value, `${definition.name}[${index}]`));
}

/** Writes a JSON body as RocketMQ does: alphabetic order, absent fields left out. */
export function encodeBody<D extends BodyDefinition>(definition: D, body: BodyInit<D>): Buffer {
  return Buffer.from(encodeBodyText(definition, body));
}

export function encodeBodyText<D extends BodyDefinition>(
  definition: D,
  body: BodyInit<D>,
  options?: StringifyJsonOptions,
): string {
  return stringifyJson(writeBody(definition, body), options);
}

function readBody<D extends BodyDefinition>(
  definition: D,
  value: JsonValue,
  path: string,
): BodyOf<D> {
  if (!isJsonObject(value)) throw invalid(path, `an object (${definition.name})`);
  const body: Record<string, unknown> = {};
  for (const [name, field] of definition.entries) {
    const member = memberOf(value, name, field.aliases);
    const read = member === undefined ? undefined : field.read(member, `${path}.${name}`);
    if (read !== undefined) body[name] = read;
    else if (field.presence === 'required') throw invalid(`${path}.${name}`, 'there');
    else if (field.makeDefault !== undefined) body[name] = field.makeDefault();
  }
  return body as BodyOf<D>;
}

/** The member by its name or an alias; null counts as absent. */
function memberOf(
  object: JsonObject,
  name: string,
  aliases: readonly string[],
): JsonValue | undefined {
  const member = object[name] ?? undefined;
  if (member !== undefined) return member;
  for (const alias of aliases) {
    if (object[alias] !== undefined && object[alias] !== null) return object[alias];
  }
  return undefined;
}

function writeBody<D extends BodyDefinition>(definition: D, body: BodyInit<D>): unknown {
  const written: Record<string, unknown> = {};
  for (const [name, field] of definition.entries) {
    const value = (body as Record<string, unknown>)[name] ?? field.makeDefault?.();
    if (value !== undefined) written[name] = field.write(value);
    else assert(field.presence !== 'required', `${definition.name}.${name} is required`);
  }
  return written;
}
