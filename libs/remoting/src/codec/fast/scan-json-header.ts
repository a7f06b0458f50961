import { LanguageCode, languageOfName } from '../../protocol/language-code';
import { RawJsonFields } from '../../protocol/raw-json-fields';
import { RemotingCommand } from '../../protocol/remoting-command';
import { NameTable } from './name-table';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const NAMES = new NameTable([
  'code',
  'extFields',
  'flag',
  'language',
  'opaque',
  'remark',
  'version',
]);
const [CODE, EXT_FIELDS, FLAG, LANGUAGE, OPAQUE, REMARK, VERSION] = [0, 1, 2, 3, 4, 5, 6];

/**
 * Reads a JSON header in the compact form that the usual clients write, by looking at each byte
 * once; ext fields are left for who needs them. Undefined for every header that is not of that form
 * (white space, nesting, numbers as ext fields, ...): it is then up to a JSON parser.
 */
export function scanJsonHeader(
  bytes: Buffer,
  start: number,
  end: number,
): RemotingCommand | undefined {
  if (bytes[start] !== OPEN_BRACE || bytes[end - 1] !== CLOSE_BRACE) return undefined;
  const command = new RemotingCommand(0);
  command.language = LanguageCode.JAVA;
  command.version = 0;
  for (let at = start + 1; at < end;) {
    if (bytes[at] !== QUOTE) return undefined;
    const nameEnd = textEnd(bytes, at + 1, end);
    if (nameEnd < 0 || bytes[nameEnd + 1] !== COLON) return undefined;
    const name = NAMES.find(bytes, at + 1, nameEnd);
    const valueStart = nameEnd + 2;
    const valueEnd = readValue(command, name, bytes, valueStart, end);
    if (valueEnd < 0) return undefined;
    at = valueEnd + 1;
    if (bytes[valueEnd] !== COMMA) {
      return bytes[valueEnd] === CLOSE_BRACE && at === end ? command : undefined;
    }
  }
  return undefined;
}

/** Where the value ends, -1 when it is not of the usual form. */
function readValue(
  command: RemotingCommand,
  name: number,
  bytes: Buffer,
  start: number,
  end: number,
): number {
  const first = bytes[start];
  if (first === QUOTE) return readText(command, name, bytes, start + 1, end);
  if (first === OPEN_BRACE) {
    const valueEnd = flatObjectEnd(bytes, start + 1, end);
    if (valueEnd < 0 || name !== EXT_FIELDS) return -1;
    command.setRawExtFields(new RawJsonFields(bytes, start, valueEnd));
    return valueEnd;
  }
  return readInteger(command, name, bytes, start, end);
}

function readText(
  command: RemotingCommand,
  name: number,
  bytes: Buffer,
  start: number,
  end: number,
): number {
  const valueEnd = textEnd(bytes, start, end);
  if (valueEnd < 0) return -1;
  if (name === REMARK) {
    command.remark = bytes.toString('utf8', start, valueEnd);
  } else if (name === LANGUAGE) {
    if (valueEnd - start !== 4 || bytes[start] !== 0x4a) {
      command.language =
        languageOfName(bytes.toString('latin1', start, valueEnd)) ?? LanguageCode.OTHER;
    }
  } else if (name >= 0) {
    return -1;
  }
  return valueEnd + 1;
}

function readInteger(
  command: RemotingCommand,
  name: number,
  bytes: Buffer,
  start: number,
  end: number,
): number {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  const digitsStart = at;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at] - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === digitsStart || at - digitsStart > 10) return -1;
  if (digitsStart !== start) value = -value;
  if (name === CODE) command.code = value | 0;
  else if (name === FLAG) command.flag = value | 0;
  else if (name === OPAQUE) command.opaque = value | 0;
  else if (name === VERSION) command.version = value | 0;
  else if (name >= 0) return -1;
  return at;
}

/** The closing quote of a text without escapes, -1 otherwise. */
function textEnd(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH || byte < 0x20) return -1;
  }
  return -1;
}

/** After the closing brace of an object that holds no other, -1 when it does. */
function flatObjectEnd(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      for (at++; at < end && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    } else if (byte === CLOSE_BRACE) {
      return at + 1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET || byte === BACKSLASH) {
      return -1;
    }
  }
  return -1;
}
