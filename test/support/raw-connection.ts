import * as net from 'node:net';

/** A command as this driver sees it: no product code is involved, so that it can judge it. */
export interface RawCommand {
  readonly code: number;
  readonly opaque: number;
  readonly flag: number;
  readonly remark?: string;
  readonly extFields: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export type ExtFields = Readonly<Record<string, string | number | boolean>>;

const JSON_TYPE = 0;
const RESPONSE_FLAG = 1;
const CLIENT_VERSION = 493;

/**
 * total length (4) | serialize type 0 and header length (1 + 3) | JSON header | body.
 */
export function encodeRawFrame(header: object, body: Buffer = Buffer.alloc(0)): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const frame = Buffer.alloc(8 + json.length + body.length);
  frame.writeInt32BE(4 + json.length + body.length, 0);
  frame.writeInt32BE(json.length, 4);
  json.copy(frame, 8);
  body.copy(frame, 8 + json.length);
  return frame;
}

export function rawRequest(
  code: number,
  opaque: number,
  extFields: ExtFields,
  body?: Buffer,
): Buffer {
  const fields = Object.fromEntries(
    Object.entries(extFields).map(([key, value]) => [key, String(value)]),
  );
  const header = { code, flag: 0, language: 'JAVA', opaque, version: CLIENT_VERSION };
  return encodeRawFrame({ ...header, serializeTypeCurrentRPC: 'JSON', extFields: fields }, body);
}

/** code 2 | language 1 | version 2 | opaque 4 | flag 4 | remark 4 + n | ext fields, left alone */
function readBinary(header: Buffer): Omit<RawCommand, 'extFields' | 'body'> {
  return {
    code: header.readInt16BE(0),
    opaque: header.readInt32BE(5),
    flag: header.readInt32BE(9),
    remark: header.toString('utf8', 17, 17 + header.readInt32BE(13)),
  };
}

type Settle = { resolve: (command: RawCommand) => void; reject: (error: Error) => void };

/** A socket that speaks remoting with JSON headers, written for tests. */
export class RawConnection {
  private readonly waiting = new Map<number, Settle>();
  private received: Buffer = Buffer.alloc(0);
  private nextOpaque = 1;
  private closedWith: Error | undefined;
  /** Requests the other side sent on its own, in order. */
  readonly requests: RawCommand[] = [];
  /** Answers to nothing that was asked. */
  readonly unexpected: RawCommand[] = [];
  /** Settles when the socket is closed, by whichever side. */
  readonly closed: Promise<void>;

  private constructor(readonly socket: net.Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('error', () => undefined); // 'close' follows and tells the waiting
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.closedWith = new Error('connection closed');
        for (const each of this.waiting.values()) each.reject(this.closedWith);
        this.waiting.clear();
        resolve();
      });
    });
  }

  static open(port: number, host = '127.0.0.1'): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, host);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RawConnection(socket));
      });
    });
  }

  get isOpen(): boolean {
    return this.closedWith === undefined;
  }

  /** Resolves with the answer whatever its code; rejects when the connection closes first. */
  request(code: number, extFields: ExtFields = {}, body?: Buffer): Promise<RawCommand> {
    if (this.closedWith) return Promise.reject(this.closedWith);
    const opaque = this.nextOpaque++;
    return new Promise((resolve, reject) => {
      this.waiting.set(opaque, { resolve, reject });
      this.socket.write(rawRequest(code, opaque, extFields, body));
    });
  }

  close(): Promise<void> {
    this.socket.destroy();
    return this.closed;
  }

  private read(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    let offset = 0;
    while (this.received.length - offset >= 4) {
      const length = this.received.readInt32BE(offset);
      if (this.received.length - offset - 4 < length) break;
      this.take(this.received.subarray(offset + 4, offset + 4 + length));
      offset += 4 + length;
    }
    this.received = this.received.subarray(offset);
  }

  private take(frame: Buffer): void {
    const headerLength = frame.readInt32BE(0) & 0xffffff;
    const header = frame.subarray(4, 4 + headerLength);
    const command: RawCommand = {
      extFields: {},
      ...(frame.readUInt8(0) === JSON_TYPE ? JSON.parse(header.toString()) : readBinary(header)),
      body: frame.subarray(4 + headerLength),
    };
    if ((command.flag & RESPONSE_FLAG) === 0) {
      this.requests.push(command);
      return;
    }
    const waiting = this.waiting.get(command.opaque);
    this.waiting.delete(command.opaque);
    if (waiting) waiting.resolve(command);
    else this.unexpected.push(command);
  }
}
