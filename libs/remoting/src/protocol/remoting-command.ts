import { MapFieldWriter } from './ext-field-writer';
import type { CustomHeader, ExtFieldWriter } from './ext-field-writer';
import { RawBinaryFields, forEachBinaryField } from './binary-fields';
import { parseJson } from '../json/parse-json';
import { LanguageCode } from './language-code';
import { MQVersion } from './mq-version';
import { RawJsonFields } from './raw-json-fields';

/** How a command's header is serialized; an answer uses the form of its request. */
export const SerializeType = { JSON: 0, ROCKETMQ: 1 } as const;
export type SerializeType = (typeof SerializeType)[keyof typeof SerializeType];

const RESPONSE_FLAG = 1;
export const ONEWAY_FLAG = 2;

/** The ext fields of a received command before anybody asked for them: parsed JSON or bytes. */
export type RawExtFields =
  Readonly<Record<string, unknown>> | RawBinaryFields | RawJsonFields | undefined;

/**
 * A request or an answer.
 *
 * In a command that was received, `body` and the raw ext fields are slices of the chunk read from
 * the socket. They are valid while the request handler runs; who needs them later copies them. (An
 * answer handed out by `invoke` keeps its chunk: its body stays valid as long as it is referenced.)
 */
export class RemotingCommand {
  code: number;
  language: number = LanguageCode.NODE_JS;
  version: number = MQVersion.CURRENT;
  /** Ties an answer to its request; set by the connection when a request is sent. */
  opaque = 0;
  flag = 0;
  remark: string | undefined = undefined;
  body: Buffer | undefined = undefined;
  serializeType: SerializeType = SerializeType.JSON;
  /** Whether an answer was held until there was something to tell, for metrics. */
  suspended = false;
  /** Fields written at encode, besides those in `extFields`. */
  customHeader: CustomHeader | undefined = undefined;
  private fields: Map<string, string> | undefined = undefined;
  private raw: RawExtFields = undefined;

  constructor(code: number) {
    this.code = code;
  }

  /** A request in the JSON form; `opaque` is given by the connection that sends it. */
  static createRequest(
    code: number,
    extFields?: Map<string, string>,
    body?: Buffer,
  ): RemotingCommand {
    const command = new RemotingCommand(code);
    command.fields = extFields;
    command.body = body;
    return command;
  }

  /**
   * The answer to `request`, in the form of the request. The answer to a oneway request may be
   * handed to `respond` like any other; it is not sent.
   */
  static createResponse(request: RemotingCommand, code: number, remark?: string): RemotingCommand {
    const response = new RemotingCommand(code);
    response.language = LanguageCode.JAVA;
    response.opaque = request.opaque;
    response.flag = RESPONSE_FLAG | (request.flag & ONEWAY_FLAG);
    response.remark = remark;
    response.serializeType = request.serializeType;
    return response;
  }

  get isResponse(): boolean {
    return (this.flag & RESPONSE_FLAG) !== 0;
  }

  /** A request that wants no answer. */
  get isOneway(): boolean {
    return (this.flag & ONEWAY_FLAG) !== 0;
  }

  markOneway(): this {
    this.flag |= ONEWAY_FLAG;
    return this;
  }

  /** The ext fields, decoded when first asked for. Changes to the Map are sent. */
  get extFields(): Map<string, string> {
    if (this.fields === undefined || this.customHeader !== undefined) this.buildFields();
    return this.fields as Map<string, string>;
  }

  set extFields(fields: Map<string, string>) {
    this.fields = fields;
    this.raw = undefined;
    this.customHeader = undefined;
  }

  /** One ext field; undefined when absent. */
  extField(name: string): string | undefined {
    return this.extFields.get(name);
  }

  /** False only when there are surely no ext fields. */
  get hasExtFields(): boolean {
    return (
      this.raw !== undefined ||
      this.customHeader !== undefined ||
      (this.fields !== undefined && this.fields.size > 0)
    );
  }

  /** Gives all ext fields to `writer`, without building the Map when nobody has asked for it. */
  writeExtFields(writer: ExtFieldWriter): void {
    if (this.raw !== undefined) this.buildFields();
    if (this.fields !== undefined) {
      for (const [name, value] of this.fields) writer.text(name, value);
    }
    this.customHeader?.writeTo(writer);
  }

  /** For the frame decoder: the ext fields as they came, not yet looked at. */
  setRawExtFields(raw: RawExtFields): void {
    this.raw = raw;
    this.fields = undefined;
  }

  /** For the fast decoders of single headers; undefined once the Map was asked for. */
  get rawExtFields(): RawExtFields {
    return this.raw;
  }

  private buildFields(): void {
    const fields = this.fields ?? new Map<string, string>();
    const { raw } = this;
    if (raw instanceof RawBinaryFields) {
      forEachBinaryField(raw, (name, value) => fields.set(name, value));
    } else if (raw !== undefined) {
      const object = raw instanceof RawJsonFields ? parseJsonFields(raw) : raw;
      for (const [name, value] of Object.entries(object)) {
        const text = fieldText(value);
        if (text !== undefined) fields.set(name, text);
      }
    }
    this.customHeader?.writeTo(new MapFieldWriter(fields));
    this.customHeader = undefined;
    this.raw = undefined;
    this.fields = fields;
  }
}

function parseJsonFields({ bytes, start, end }: RawJsonFields): Readonly<Record<string, unknown>> {
  const text = bytes.toString('utf8', start, end);
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    object = parseJson(text);
  }
  return object as Readonly<Record<string, unknown>>;
}

/** Ext fields are texts, but numbers and booleans are taken too; null and nested values are not. */
function fieldText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
