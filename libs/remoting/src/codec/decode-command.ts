import { MAX_JSON_DEPTH, parseJson } from '../json/parse-json';
import { scanJsonHeader } from './fast/scan-json-header';
import { RawBinaryFields } from '../protocol/binary-fields';
import { LanguageCode, languageOfName } from '../protocol/language-code';
import { RemotingCommand, SerializeType } from '../protocol/remoting-command';
import { RemotingError } from '../protocol/remoting-error';

/** Bytes of a binary header with neither remark nor ext fields. */
const SMALLEST_BINARY_HEADER = 2 + 1 + 2 + 4 + 4 + 4 + 4;

/**
 * Decodes the frame at `start` (after its length field) up to `end`:
 *
 *     uint8   serialize type, 0 JSON, 1 ROCKETMQ
 *     uint24  header length
 *     header
 *     body    the rest
 *
 * The body and the ext fields stay slices of `bytes`. Throws BAD_FRAME or BAD_JSON.
 */
export function decodeCommand(bytes: Buffer, start: number, end: number): RemotingCommand {
  const headerStart = start + 4;
  const headerEnd = headerStart + bytes.readUIntBE(start + 1, 3);
  if (headerEnd > end) throw badFrame('its header is longer than the frame');
  const type = bytes[start];
  const command =
    type === SerializeType.JSON
      ? decodeJsonHeader(bytes, headerStart, headerEnd)
      : decodeBinaryHeader(bytes, headerStart, headerEnd, type);
  if (headerEnd < end) command.body = bytes.subarray(headerEnd, end);
  return command;
}

/**
 *     int16 code, uint8 language, int16 version, int32 opaque, int32 flag,
 *     int32 remark length, remark, int32 ext fields length, ext fields
 */
function decodeBinaryHeader(
  bytes: Buffer,
  start: number,
  end: number,
  type: number | undefined,
): RemotingCommand {
  if (type !== SerializeType.ROCKETMQ) throw badFrame(`serialize type ${type} is unknown`);
  if (end - start < SMALLEST_BINARY_HEADER) throw badFrame('its binary header is too short');
  const command = new RemotingCommand(bytes.readInt16BE(start));
  command.serializeType = SerializeType.ROCKETMQ;
  command.language = bytes[start + 2]!;
  command.version = bytes.readInt16BE(start + 3);
  command.opaque = bytes.readInt32BE(start + 5);
  command.flag = bytes.readInt32BE(start + 9);
  const remarkLength = bytes.readInt32BE(start + 13);
  const extAt = start + 17 + remarkLength;
  if (remarkLength < 0 || extAt + 4 > end) throw badFrame('its remark overruns the header');
  if (remarkLength > 0) command.remark = bytes.toString('utf8', start + 17, extAt);
  const extLength = bytes.readInt32BE(extAt);
  const extEnd = extAt + 4 + extLength;
  if (extLength < 0 || extEnd > end) throw badFrame('its ext fields overrun the header');
  if (extLength > 0) command.setRawExtFields(new RawBinaryFields(bytes, extAt + 4, extEnd));
  return command;
}

function decodeJsonHeader(bytes: Buffer, start: number, end: number): RemotingCommand {
  const scanned = scanJsonHeader(bytes, start, end);
  if (scanned !== undefined) return scanned;
  const header = parseHeader(bytes.toString('utf8', start, end));
  const command = new RemotingCommand(integer(header.code, 'code'));
  command.language = languageOf(header.language);
  command.version = integer(header.version, 'version');
  command.opaque = integer(header.opaque, 'opaque');
  command.flag = integer(header.flag, 'flag');
  if (typeof header.remark === 'string') command.remark = header.remark;
  const extFields = header.extFields;
  if (typeof extFields === 'object' && extFields !== null) {
    command.setRawExtFields(extFields as Record<string, unknown>);
  }
  return command;
}

function parseHeader(text: string): Record<string, unknown> {
  if (mayBeDeep(text)) return asObject(parseJson(text));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    header = parseJson(text);
  }
  return asObject(header);
}

function asObject(header: unknown): Record<string, unknown> {
  if (typeof header === 'object' && header !== null) return header as Record<string, unknown>;
  throw badFrame('its JSON header is no object');
}

/** With no more opening brackets than the depth allows there can be no deeper nesting. */
function mayBeDeep(text: string): boolean {
  let opened = 0;
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) opened++;
  for (let at = text.indexOf('['); at >= 0; at = text.indexOf('[', at + 1)) opened++;
  return opened > MAX_JSON_DEPTH;
}

function integer(value: unknown, name: string): number {
  if (typeof value === 'number') return value | 0;
  if (value === undefined || value === null) return 0;
  if (typeof value === 'string' && /^-?[0-9]+$/.test(value)) return Number(value) | 0;
  throw badFrame(`its header field ${name} is no integer`);
}

function languageOf(value: unknown): number {
  if (value === 'JAVA' || value === undefined) return LanguageCode.JAVA;
  if (typeof value === 'string') return languageOfName(value) ?? LanguageCode.OTHER;
  return typeof value === 'number' ? value & 0xff : LanguageCode.OTHER;
}

function badFrame(what: string): RemotingError {
  return new RemotingError('BAD_FRAME', `bad frame: ${what}`);
}
