import * as fc from 'fast-check';

import { RemotingCommand, SerializeType } from '../protocol/remoting-command';
import { encodeCommand } from './encode-command';
import { FrameDecoder } from './frame-decoder';

/** Frames recorded from RocketMQ 5.5.0. */
const GOLDEN_FRAMES = {
  /** GET_ROUTEINFO_BY_TOPIC, JSON header, opaque 1, version 513, topic=TopicTest, no body. */
  jsonRequest:
    '00000087000000837b22636f6465223a3130352c226578744669656c6473223a7b22746f706963223a22546f70696354' +
    '657374227d2c22666c6167223a302c226c616e6775616765223a224a415641222c226f7061717565223a312c22736572' +
    '69616c697a655479706543757272656e74525043223a224a534f4e222c2276657273696f6e223a3531337d',
  /** Code 310, binary header, opaque 2, version 513, remark r, a=PID, body hello. */
  binaryRequest:
    '00000029010000200136000201000000020000000000000001720000000a0001610000000350494468656c6c6f',
  /** SendMessageResponseHeader, binary header, opaque 3. */
  binaryResponse:
    '000000640100006000000002010000000300000001000000000000004b00056d7367496400000020374630303030303130' +
    '30303032413946303030303030303030303030303030300007717565756549640000000131000b71756575654f6666736' +
    '5740000000132',
} as const;

const LIMITS = { maxFrameBytes: 100_000, maxHeaderBytes: 70_000 };

function decodeAll(chunks: readonly Buffer[], limits = LIMITS): RemotingCommand[] {
  const commands: RemotingCommand[] = [];
  const decoder = new FrameDecoder((command) => commands.push(command), limits);
  for (const chunk of chunks) decoder.push(chunk);
  return commands;
}

function codeThrown(run: () => void): string {
  try {
    run();
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
  return 'nothing thrown';
}

function frame(serializeType: number, header: Buffer | string, body = ''): Buffer {
  const headerBytes = Buffer.from(header);
  const bytes = Buffer.concat([Buffer.alloc(8), headerBytes, Buffer.from(body)]);
  bytes.writeUInt32BE(bytes.length - 4, 0);
  bytes.writeUInt32BE((serializeType << 24) | headerBytes.length, 4);
  return bytes;
}

describe('golden frames', () => {
  it.each(Object.entries(GOLDEN_FRAMES))('%s is encoded again byte for byte', (_name, hex) => {
    const [command] = decodeAll([Buffer.from(hex, 'hex')]);
    expect(encodeCommand(command).toString('hex')).toBe(hex);
  });

  it.each(Object.entries(GOLDEN_FRAMES))('%s survives a look at its ext fields', (_name, hex) => {
    const [command] = decodeAll([Buffer.from(hex, 'hex')]);
    expect(command.extFields.size).toBeGreaterThan(0);
    expect(encodeCommand(command).toString('hex')).toBe(hex);
  });

  it('has the fields that were sent', () => {
    const [command] = decodeAll([Buffer.from(GOLDEN_FRAMES.binaryRequest, 'hex')]);
    expect(command).toMatchObject({ code: 310, opaque: 2, version: 513, remark: 'r', language: 0 });
    expect(command.extFields).toEqual(new Map([['a', 'PID']]));
    expect(command.body?.toString()).toBe('hello');
    expect(command.serializeType).toBe(SerializeType.ROCKETMQ);
  });
});

describe('FrameDecoder', () => {
  const three = Buffer.concat(Object.values(GOLDEN_FRAMES).map((hex) => Buffer.from(hex, 'hex')));

  it('decodes one byte at a time', () => {
    const bytes = Array.from(three, (byte) => Buffer.from([byte]));
    expect(decodeAll(bytes).map((command) => command.opaque)).toEqual([1, 2, 3]);
  });

  it('decodes many frames of one chunk', () => {
    const chunk = Buffer.concat(Array.from({ length: 100 }, () => three));
    expect(decodeAll([chunk])).toHaveLength(300);
  });

  it('decodes frames split at every position', () => {
    for (let cut = 1; cut < three.length; cut++) {
      const commands = decodeAll([three.subarray(0, cut), three.subarray(cut)]);
      expect(commands.map((command) => encodeCommand(command).length)).toHaveLength(3);
    }
  });

  it('gives bodies as slices of the chunk, without a copy', () => {
    const chunk = Buffer.from(GOLDEN_FRAMES.binaryRequest, 'hex');
    const [command] = decodeAll([chunk]);
    expect(command.body?.buffer).toBe(chunk.buffer);
  });

  it('keeps step when a frame is larger than what is set aside for it at first', () => {
    const large = RemotingCommand.createRequest(1, undefined, Buffer.alloc(90_000, 7));
    const bytes = Buffer.concat([encodeCommand(large), three]);
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 1000) chunks.push(bytes.subarray(at, at + 1000));
    const commands = decodeAll(chunks);
    expect(commands.map((command) => command.opaque)).toEqual([0, 1, 2, 3]);
    expect(commands[0].body?.equals(large.body!)).toBe(true);
  });

  it('hands on nothing more once it was stopped, also within a chunk', () => {
    const seen: number[] = [];
    const decoder = new FrameDecoder((command) => {
      seen.push(command.opaque);
      decoder.stop();
    });
    decoder.push(three);
    decoder.push(three);
    expect(seen).toEqual([1]);
  });

  it('refuses an oversize length before the frame arrives', () => {
    const prefix = Buffer.from([0x7f, 0xff, 0xff, 0xff]);
    expect(codeThrown(() => decodeAll([prefix]))).toBe('FRAME_TOO_LONG');
  });

  it('refuses an oversize length that arrives byte by byte', () => {
    const bytes = [0xff, 0, 0, 0].map((byte) => Buffer.from([byte]));
    expect(codeThrown(() => decodeAll(bytes))).toBe('FRAME_TOO_LONG');
  });

  it('refuses an oversize header before it arrives', () => {
    const prefix = Buffer.from([0, 1, 0x80, 0, 0, 1, 0x7f, 0]);
    expect(codeThrown(() => decodeAll([prefix]))).toBe('HEADER_TOO_LONG');
  });

  it.each([
    ['a frame shorter than its prefix', Buffer.from([0, 0, 0, 3, 0, 0, 0, 0])],
    ['a header longer than the frame', Buffer.from([0, 0, 0, 5, 0, 0, 0, 2, 0x7b, 0x7d])],
    ['an unknown serialize type', frame(7, '{}')],
    ['a JSON header that is no object', frame(0, '5')],
    ['a binary header that is too short', frame(1, Buffer.alloc(20))],
    ['a remark beyond the header', frame(1, Buffer.alloc(21, 1))],
    ['a code that is no number', frame(0, '{"code":"x"}')],
  ])('refuses %s', (_what, bytes) => {
    expect(codeThrown(() => decodeAll([bytes]))).toBe('BAD_FRAME');
  });

  it('refuses a JSON header that is not JSON', () => {
    expect(codeThrown(() => decodeAll([frame(0, '{"code":1,,}')]))).toBe('BAD_JSON');
  });

  it('refuses a JSON header nested deeper than 32', () => {
    const deep = `{"code":1,"x":${'['.repeat(40)}${']'.repeat(40)}}`;
    expect(codeThrown(() => decodeAll([frame(0, deep)]))).toBe('BAD_JSON');
  });

  it('decodes nothing after it threw', () => {
    const commands: RemotingCommand[] = [];
    const decoder = new FrameDecoder((command) => commands.push(command), LIMITS);
    expect(codeThrown(() => decoder.push(frame(7, '{}')))).toBe('BAD_FRAME');
    decoder.push(three);
    expect(commands).toHaveLength(0);
  });

  it.each([
    ['white space', '{ "code": 310, "opaque": 2, "extFields": { "a": "x" } }'],
    ['any order', '{"version":1,"opaque":2,"extFields":{"a":"x"},"code":310}'],
    ['numbers and booleans as ext fields', '{"code":310,"opaque":2,"extFields":{"a":"x","n":1}}'],
    ['nulls', '{"code":310,"opaque":2,"remark":null,"extFields":{"a":"x","c":null}}'],
    ['unknown names', '{"code":310,"opaque":2,"what":{"is":[1]},"extFields":{"a":"x"}}'],
    ['numbers as texts', '{"code":"310","opaque":"2","extFields":{"a":"x"}}'],
    ['single quotes', "{'code':310,'opaque':2,'extFields':{'a':'x'}}"],
  ])('reads JSON headers with %s', (_what, header) => {
    const [command] = decodeAll([frame(0, header)]);
    expect(command).toMatchObject({ code: 310, opaque: 2 });
    expect(command.extFields.get('a')).toBe('x');
    expect(command.extFields.has('c')).toBe(false);
  });

  it.each([
    ['"JAVA"', 0],
    ['"node_js"', 13],
    ['0', 0],
    ['"ELIXIR"', 7],
  ])('reads the language %s', (language, number) => {
    const [command] = decodeAll([frame(0, `{"code":1,"language":${language}}`)]);
    expect(command.language).toBe(number);
  });

  it('loses the high bits of a code in a binary header, as the format does', () => {
    const command = new RemotingCommand(200050);
    command.serializeType = SerializeType.ROCKETMQ;
    expect(decodeAll([encodeCommand(command)])[0].code).toBe(3442);
    command.code = -1006;
    expect(decodeAll([encodeCommand(command)])[0].code).toBe(-1006);
  });
});

const commandArbitrary = fc
  .record({
    code: fc.integer({ min: 0, max: 32767 }),
    opaque: fc.integer(),
    serializeType: fc.constantFrom<0 | 1>(0, 1),
    remark: fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: undefined }),
    extFields: fc.array(fc.tuple(fc.string(), fc.string({ unit: 'grapheme' })), { maxLength: 5 }),
    body: fc.option(fc.uint8Array({ minLength: 1, maxLength: 300 }), { nil: undefined }),
  })
  .map(({ extFields, body, ...fields }) => {
    const command = Object.assign(new RemotingCommand(fields.code), fields);
    command.extFields = new Map(extFields.filter(([name]) => name !== '__proto__'));
    command.body = body === undefined ? undefined : Buffer.from(body);
    return command;
  });

function facts(command: RemotingCommand): unknown {
  const { code, opaque, flag, language, version, remark, serializeType } = command;
  const extFields = [...command.extFields].sort(([a], [b]) => (a < b ? -1 : 1));
  const body = command.body?.toString('hex');
  return { code, opaque, flag, language, version, remark, serializeType, extFields, body };
}

describe('any commands in any chunks', () => {
  it('arrive as they were sent', () => {
    fc.assert(
      fc.property(
        fc.array(commandArbitrary, { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
        (commands, sizes) => {
          const bytes = Buffer.concat(commands.map(encodeCommand));
          const chunks: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length];
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect(decodeAll(chunks).map(facts)).toEqual(commands.map(facts));
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it('never fail otherwise than with a code, damaged anyhow', () => {
    const damaged = fc.tuple(commandArbitrary, fc.array(fc.tuple(fc.nat(), fc.nat(255))));
    fc.assert(
      fc.property(damaged, ([command, changes]) => {
        const bytes = encodeCommand(command);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        let fields = 0;
        const code = codeThrown(() => {
          for (const decoded of decodeAll([bytes])) fields += decoded.extFields.size;
        });
        expect(fields).toBeGreaterThanOrEqual(0);
        expect([
          'nothing thrown',
          'BAD_FRAME',
          'BAD_JSON',
          'FRAME_TOO_LONG',
          'HEADER_TOO_LONG',
        ]).toContain(code);
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});
