import type { ExtFieldWriter } from '../protocol/ext-field-writer';
import { languageName } from '../protocol/language-code';
import { SerializeType } from '../protocol/remoting-command';
import type { RemotingCommand } from '../protocol/remoting-command';
import { isPlainAscii } from '../protocol/plain-ascii';
import { writeAscii, writeInteger, writeText } from './text-writer';
import { WriteBuffer } from './write-buffer';

/** What of a command is decided when it is sent. */
export interface SendingFields {
  readonly opaque: number;
  readonly flag: number;
  readonly serializeType: SerializeType;
}

/** The whole frame of one command, in memory of its own. */
export function encodeCommand(command: RemotingCommand): Buffer {
  const out = new WriteBuffer();
  const { body } = command;
  encodeHeaderInto(out, command, command, body?.length ?? 0);
  if (body !== undefined) appendBytes(out, body);
  return Buffer.from(out.piece());
}

/** Appends the frame of `command` up to its body, which the caller adds: `bodyLength` bytes. */
export function encodeHeaderInto(
  out: WriteBuffer,
  command: RemotingCommand,
  sending: SendingFields,
  bodyLength: number,
): void {
  out.reserve(8);
  const frameOffset = out.at - out.start;
  out.at += 8;
  if (sending.serializeType === SerializeType.JSON) encodeJsonHeader(out, command, sending);
  else encodeBinaryHeader(out, command, sending);
  const frameAt = out.start + frameOffset;
  const headerLength = out.at - frameAt - 8;
  out.bytes.writeUInt32BE(4 + headerLength + bodyLength, frameAt);
  out.bytes.writeUInt32BE((sending.serializeType << 24) | headerLength, frameAt + 4);
}

export function appendBytes(out: WriteBuffer, bytes: Uint8Array): void {
  out.reserve(bytes.length);
  out.bytes.set(bytes, out.at);
  out.at += bytes.length;
}

function encodeBinaryHeader(
  out: WriteBuffer,
  command: RemotingCommand,
  sending: SendingFields,
): void {
  out.reserve(17);
  const { bytes, at } = out;
  bytes[at] = command.code >> 8;
  bytes[at + 1] = command.code;
  bytes[at + 2] = command.language;
  bytes[at + 3] = command.version >> 8;
  bytes[at + 4] = command.version;
  bytes.writeInt32BE(sending.opaque, at + 5);
  bytes.writeInt32BE(sending.flag, at + 9);
  out.at = at + 13;
  writeSized(out, command.remark ?? '');
  out.reserve(4);
  const extOffset = out.at - out.start;
  out.at += 4;
  if (command.hasExtFields) command.writeExtFields(new BinaryFieldWriter(out));
  const extAt = out.start + extOffset;
  out.bytes.writeInt32BE(out.at - extAt - 4, extAt);
}

/** An int32 length and the text. */
function writeSized(out: WriteBuffer, text: string): void {
  out.reserve(4);
  const offset = out.at - out.start;
  out.at += 4;
  const length = writeText(out, text);
  out.bytes.writeInt32BE(length, out.start + offset);
}

class BinaryFieldWriter implements ExtFieldWriter {
  readonly json = undefined;

  constructor(private readonly out: WriteBuffer) {}

  text(name: string, value: string): void {
    this.name(name);
    writeSized(this.out, value);
  }

  integer(name: string, value: number): void {
    this.name(name);
    const { out } = this;
    out.reserve(4);
    const offset = out.at - out.start;
    out.at += 4;
    const length = writeInteger(out, value);
    out.bytes.writeInt32BE(length, out.start + offset);
  }

  private name(name: string): void {
    const { out } = this;
    out.reserve(2);
    const offset = out.at - out.start;
    out.at += 2;
    const length = writeText(out, name);
    out.bytes.writeUInt16BE(length, out.start + offset);
  }
}

/** Names in the order of the alphabet, absent ones left out, as RocketMQ's own peers write them. */
function encodeJsonHeader(
  out: WriteBuffer,
  command: RemotingCommand,
  sending: SendingFields,
): void {
  const writer = new JsonFieldWriter();
  if (command.hasExtFields) command.writeExtFields(writer);
  const extFields = writer.members === '' ? '' : `"extFields":{${writer.members}},`;
  const remark = command.remark === undefined ? '' : `"remark":${writer.quote(command.remark)},`;
  const language = languageName(command.language);
  const json =
    `{"code":${command.code},${extFields}"flag":${sending.flag},"language":"${language}",` +
    `"opaque":${sending.opaque},${remark}"serializeTypeCurrentRPC":"JSON",` +
    `"version":${command.version}}`;
  if (writer.isAscii) writeAscii(out, json);
  else writeText(out, json);
}

class JsonFieldWriter implements ExtFieldWriter {
  members = '';
  /** No character beyond ASCII was written. */
  isAscii = true;

  text(name: string, value: string): void {
    this.add(this.quote(name), this.quote(value));
  }

  integer(name: string, value: number): void {
    this.add(this.quote(name), `"${value}"`);
  }

  json(members: string): void {
    this.members += this.members === '' ? members : `,${members}`;
  }

  quote(text: string): string {
    if (isPlainAscii(text)) return `"${text}"`;
    this.isAscii = false;
    return JSON.stringify(text);
  }

  private add(name: string, value: string): void {
    this.members += this.members === '' ? `${name}:${value}` : `,${name}:${value}`;
  }
}
