import { endsIdle, PostgresMessages, type Frame } from './postgres-messages';

const int32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeInt32BE(value, 4 * index));
  return bytes;
};
const first = (code: number, rest = ''): Buffer =>
  Buffer.concat([int32(8 + rest.length, code), Buffer.from(rest)]);
const later = (type: string, body = ''): Buffer =>
  Buffer.concat([Buffer.from(type), int32(4 + body.length), Buffer.from(body)]);

const SSL_REQUEST = first(80_877_103);
const GSS_REQUEST = first(80_877_104);
const CANCEL_REQUEST = first(80_877_102, 'pid and key');
const STARTUP = first(3 << 16, 'user\0app\0\0');

describe('PostgresMessages', () => {
  const kinds = (frames: Iterable<Frame>): string[] => Array.from(frames, ({ kind }) => kind);
  let messages: PostgresMessages;
  beforeEach(() => {
    messages = new PostgresMessages();
  });

  it('tells the first frames of a connection by their code', () => {
    expect(kinds(messages.take(SSL_REQUEST))).toEqual(['encryption']);
    expect(kinds(messages.take(GSS_REQUEST))).toEqual(['encryption']);
    expect(kinds(messages.take(STARTUP))).toEqual(['startup']);
    expect(kinds(new PostgresMessages().take(CANCEL_REQUEST))).toEqual(['cancel']);
  });

  it('tells later frames by their type', () => {
    kinds(messages.take(STARTUP));
    const frames = [later('Q', 'SELECT 1\0'), later('P', 'x'), later('B'), later('E'), later('S')];
    const found = [...messages.take(Buffer.concat([...frames, later('X')]))];
    expect(kinds(found)).toEqual(['sync', 'part', 'part', 'part', 'sync', 'terminate']);
    expect(found[0].bytes).toEqual(frames[0]);
    expect(found[4].bytes).toEqual(frames[4]);
  });

  it('finds the same frames byte by byte', () => {
    const frames = [SSL_REQUEST, STARTUP, later('P', 'SELECT $1\0\0\0'), later('S'), later('Q')];
    const found: Frame[] = [];
    for (const byte of Buffer.concat(frames)) found.push(...messages.take(Buffer.from([byte])));
    expect(kinds(found)).toEqual(['encryption', 'startup', 'part', 'sync', 'sync']);
    expect(found.map(({ bytes }) => bytes)).toEqual(frames);
  });

  it('keeps the begin of a frame until its end has come', () => {
    const both = Buffer.concat([STARTUP, later('Q', 'BEGIN\0')]);
    const cut = STARTUP.length + 3;
    expect(kinds(messages.take(both.subarray(0, cut)))).toEqual(['startup']);
    expect(kinds(messages.take(both.subarray(cut)))).toEqual(['sync']);
  });

  it.each([
    ['shorter than its own length', int32(3, 0)],
    ['of a negative length', int32(-1, 0)],
    ['larger than any that a client sends', int32(16 * 1024 * 1024 + 1, 0)],
  ])('refuses a frame %s', (_, bytes) => {
    expect(() => kinds(messages.take(bytes))).toThrow(/a frame of/);
  });
});

describe('endsIdle', () => {
  const ready = (status: string): Buffer => later('Z', status);

  it('is true for an answer that ends with ReadyForQuery outside a transaction', () => {
    expect(endsIdle(ready('I'))).toBe(true);
    expect(endsIdle(Buffer.concat([later('C', 'COMMIT\0'), ready('I')]))).toBe(true);
  });

  it('is false inside a transaction, in a failed one, and before the answer is whole', () => {
    for (const status of ['T', 'E']) expect(endsIdle(ready(status))).toBe(false);
    expect(endsIdle(Buffer.alloc(0))).toBe(false);
    expect(endsIdle(later('C', 'BEGIN\0'))).toBe(false);
    expect(endsIdle(ready('I').subarray(0, 5))).toBe(false);
  });
});
