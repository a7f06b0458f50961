import type { Type } from '@nestjs/common';
import { errorMessageOf, type MessageExt } from '@rocket-nest/common';
import { RejectToDlq } from '../errors/reject-to-dlq';
import { decodePayload } from '../serialization/decode-payload';
import type { MessageSerializer } from '../serialization/message-serializer';
import type { MessageSerializers } from '../serialization/message-serializers';
import {
  describeIssues,
  isStandardSchema,
  type SchemaResult,
  type StandardSchema,
} from '../serialization/standard-schema';
import { classCheckerOf, type ClassValidationOptions } from './class-checker';

/** Reads the body of a listener's messages; what it cannot read it rejects to the dead letters. */
export interface BodyReader {
  /** Throws RejectToDlq for bytes that are not what the listener expects. */
  decode(message: MessageExt): unknown;
  /** Throws or rejects with RejectToDlq for a value that does not fit its class or schema. */
  check(value: unknown): unknown;
}

export interface BodyReaderInit {
  /** The class or schema of the body parameter; undefined when it is not known. */
  readonly declared: unknown;
  readonly place: string;
  readonly serializers: MessageSerializers;
  /** The topic definition's. */
  readonly serializer: MessageSerializer | undefined;
  /** Options for class-validator; false checks no classes. */
  readonly validation: ClassValidationOptions | false | undefined;
}

/** Built-in classes that TypeScript emits for types it has no class for. */
const UNCHECKED: readonly unknown[] = [
  undefined,
  Object,
  Array,
  Number,
  Boolean,
  Promise,
  Map,
  Date,
];

/** Whether nothing says what the body is, so that it is not checked. */
export function isUnknownBody(declared: unknown): boolean {
  return declared === undefined || declared === Object || declared === Array;
}

/** Resolved once for each listener. */
export function createBodyReader(init: BodyReaderInit): BodyReader {
  const { declared, place, serializers, serializer } = init;
  const decode = decoderOf(declared, serializers, serializer);
  return {
    decode: (message) => {
      try {
        return decode(message);
      } catch (cause) {
        throw new RejectToDlq(`the body is not what ${place} expects: ${errorMessageOf(cause)}`);
      }
    },
    check: checkOf(init) ?? ((value) => value),
  };
}

function decoderOf(
  declared: unknown,
  serializers: MessageSerializers,
  serializer: MessageSerializer | undefined,
): (message: MessageExt) => unknown {
  if (serializer) return (message) => serializer.deserialize(message.body);
  if (declared === Buffer || declared === Uint8Array) return (message) => message.body;
  if (declared === String) return (message) => message.body.toString('utf8');
  if (isUnknownBody(declared) || isStandardSchema(declared)) {
    return (message) => decodePayload(message, serializers);
  }
  return (message) => {
    const value = decodePayload(message, serializers);
    const isText = typeof value === 'string' || Buffer.isBuffer(value);
    // Clients of other languages name no content type, or the one of text.
    return isText ? (JSON.parse(value.toString()) as unknown) : value;
  };
}

function checkOf({ declared, place, validation }: BodyReaderInit): BodyReader['check'] | undefined {
  if (isStandardSchema(declared)) return (value) => checkSchema(declared, value);
  if (validation === false || UNCHECKED.includes(declared)) return undefined;
  if (typeof declared !== 'function' || declared === String || declared === Buffer) {
    return undefined;
  }
  return classCheckerOf(declared as Type<unknown>, place, validation);
}

function checkSchema(schema: StandardSchema, value: unknown): unknown {
  const result = schema['~standard'].validate(value);
  return result instanceof Promise ? result.then(valueOf) : valueOf(result);
}

function valueOf(result: SchemaResult<unknown>): unknown {
  if (!result.issues) return result.value;
  throw new RejectToDlq(`the body does not fit its schema: ${describeIssues(result.issues)}`);
}
