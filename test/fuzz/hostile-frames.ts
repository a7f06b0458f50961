import * as crypto from 'node:crypto';
import type { Random } from '@rocket-nest/common';
import { encodeRawFrame } from '../support/raw-connection';

/** Bytes that are no remoting frame. The receiver has to close the connection that sent them. */
export interface HostileFrame {
  readonly name: string;
  readonly bytes: Buffer;
  /** The sender ends its side after the bytes: without that, the receiver waits for more. */
  readonly cut?: boolean;
  /** The frame can be told from the next one, so an error may be answered instead. */
  readonly mayAnswer?: boolean;
}

type Maker = (random: Random) => HostileFrame;

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};

const randomBytes = (random: Random, count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => random.nextInt(256)));

/** total length | serialize type, header length | rest, each as told. */
const frame = (length: number, type: number, headerLength: number, rest: Buffer): Buffer =>
  Buffer.concat([int32(length), int32((type << 24) | (headerLength & 0xffffff)), rest]);

const frameOf = (type: number, header: Buffer): Buffer =>
  frame(4 + header.length, type, header.length, header);

const goodHeader = { code: 34, flag: 0, language: 'JAVA', opaque: 1, version: 493 };

/** code 2 | language 1 | version 2 | opaque 4 | flag 4 | remark 4 + n | extFields 4 + n */
function binaryHeader(remarkLength: number, extLength: number, rest: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeInt16BE(34, 0);
  header.writeInt32BE(7, 5);
  return Buffer.concat([header, int32(remarkLength), int32(extLength), rest]);
}

const deepJson = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

const makers: Record<string, Maker> = {
  lengthTooLong: (random) => ({
    name: 'length above the limit',
    bytes: Buffer.concat([int32((16 << 20) + 1 + random.nextInt(1 << 30)), Buffer.alloc(64)]),
  }),
  lengthNegative: (random) => ({
    name: 'negative length',
    bytes: Buffer.concat([int32(-1 - random.nextInt(1 << 30)), Buffer.alloc(16)]),
  }),
  lengthTooShort: (random) => ({
    name: 'length below the header length field',
    bytes: Buffer.concat([int32(random.nextInt(4)), Buffer.alloc(16)]),
  }),
  headerLongerThanFrame: (random) => ({
    name: 'header longer than the frame',
    bytes: frame(20, 0, 17 + random.nextInt(1 << 16), Buffer.alloc(16)),
  }),
  headerTooLong: () => ({
    name: 'header above its limit',
    bytes: frameOf(0, Buffer.from(JSON.stringify({ ...goodHeader, remark: 'x'.repeat(300_000) }))),
  }),
  unknownSerialization: (random) => ({
    name: 'unknown serialize type',
    bytes: frameOf(2 + random.nextInt(250), Buffer.from(JSON.stringify(goodHeader))),
  }),
  garbage: (random) => ({
    name: 'garbage',
    bytes: Buffer.concat([int32(0x7fffffff), randomBytes(random, 200)]),
  }),
  httpRequest: () => ({ name: 'an HTTP request', bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n') }),
  noJson: (random) => ({
    name: 'header that is no JSON',
    bytes: frameOf(0, randomBytes(random, 1 + random.nextInt(200))),
  }),
  cutJson: () => ({
    name: 'header whose JSON is cut',
    bytes: frameOf(0, Buffer.from(JSON.stringify(goodHeader).slice(0, -3))),
  }),
  jsonOfAnotherKind: (random) => {
    const texts = ['[]', '1', '"x"', 'null', '{}', '{"code":{}}', '{"code":"x"}'];
    return {
      name: 'header whose JSON is no command',
      bytes: frameOf(0, Buffer.from(texts[random.nextInt(texts.length)])),
      mayAnswer: true,
    };
  },
  deepJson: () => ({
    name: 'header whose JSON is too deep',
    bytes: frameOf(0, Buffer.from(`{"code":34,"extFields":${deepJson(5000)}}`)),
  }),
  binaryRemarkTooLong: (random) => ({
    name: 'binary header whose remark leaves it',
    bytes: frameOf(1, binaryHeader(1 + random.nextInt(1 << 30), 0, Buffer.alloc(0))),
  }),
  binaryExtTooLong: (random) => ({
    name: 'binary header whose ext fields leave it',
    bytes: frameOf(1, binaryHeader(0, 1 + random.nextInt(1 << 30), Buffer.alloc(0))),
  }),
  binaryNegative: (random) => ({
    name: 'binary header with negative lengths',
    bytes: frameOf(1, binaryHeader(0, -1 - random.nextInt(1 << 30), Buffer.alloc(0))),
  }),
  binaryKeyTooLong: () => ({
    name: 'binary header whose key leaves the ext fields',
    bytes: frameOf(1, binaryHeader(0, 4, Buffer.from([0x7f, 0xff, 0x61, 0x61]))),
    mayAnswer: true,
  }),
  binaryTooShort: (random) => ({
    name: 'binary header that is cut',
    bytes: frameOf(1, randomBytes(random, 1 + random.nextInt(12))),
  }),
  cutFrame: (random) => {
    const whole = encodeRawFrame(goodHeader, randomBytes(random, 100));
    return {
      name: 'a frame that is cut',
      bytes: whole.subarray(0, 1 + random.nextInt(whole.length - 2)),
      cut: true,
    };
  },
};

export const frameKinds = Object.keys(makers);

export const makeHostileFrame = (kind: string, random: Random): HostileFrame =>
  makers[kind](random);

/** Something that no store may ever show in a path. */
export const MARKER = `hostile${crypto.randomBytes(4).toString('hex')}`;

/** Names that no topic, group or client may have. */
export const hostileNames: readonly string[] = [
  `../${MARKER}`,
  `../../../../../../../tmp/${MARKER}`,
  `/tmp/${MARKER}`,
  `..\\${MARKER}`,
  `${MARKER}/../x`,
  `%RETRY%../${MARKER}`,
  `%DLQ%/${MARKER}`,
  `${MARKER}\u0000`,
  `${MARKER}\n{"a":1}`,
  `${MARKER} with space`,
  `${MARKER}名`,
  `${MARKER}${'x'.repeat(300)}`,
  `${MARKER}@group`,
  `${MARKER}\u0001\u0002`,
];

/** Names that are allowed but mean something to JavaScript. */
export const trickyNames: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
];
