/**
 * Frames of PostgreSQL's protocol, version 3. The first of a connection has no type:
 *   int32 length (with itself), int32 code, rest
 * and every later one is
 *   byte type, int32 length (with itself, without the type), rest
 */
const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

export type FrameKind = 'encryption' | 'cancel' | 'startup' | 'terminate' | 'sync' | 'part';

export interface Frame {
  readonly kind: FrameKind;
  readonly bytes: Buffer;
}

/** Cuts what a client sends into frames. */
export class PostgresMessages {
  private rest: Buffer = Buffer.alloc(0);
  private isStarted = false;

  /** @throws an Error for a frame that no client sends; the connection is of no use then */
  *take(chunk: Buffer): Generator<Frame> {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    for (let frame = this.next(); frame; frame = this.next()) yield frame;
  }

  private next(): Frame | undefined {
    const typeBytes = this.isStarted ? 1 : 0;
    if (this.rest.length < typeBytes + 4) return undefined;
    const length = typeBytes + this.rest.readInt32BE(typeBytes);
    if (length < typeBytes + 4 || length > MAX_FRAME_BYTES) {
      throw new Error(`a frame of ${length} bytes`);
    }
    if (this.rest.length < length) return undefined;
    const bytes = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    return { kind: this.isStarted ? kindOf(bytes) : this.firstKindOf(bytes), bytes };
  }

  private firstKindOf(bytes: Buffer): FrameKind {
    const code = bytes.length >= 8 ? bytes.readInt32BE(4) : 0;
    if (code === SSL_REQUEST || code === GSS_REQUEST) return 'encryption';
    if (code === CANCEL_REQUEST) return 'cancel';
    this.isStarted = true;
    return 'startup';
  }
}

/** The server answers ReadyForQuery to a Sync and to a simple Query. */
function kindOf(bytes: Buffer): FrameKind {
  const type = String.fromCharCode(bytes[0]);
  if (type === 'S' || type === 'Q') return 'sync';
  return type === 'X' ? 'terminate' : 'part';
}

/** Whether an answer ends with ReadyForQuery outside a transaction: `Z`, int32 5, `I`. */
export function endsIdle(answer: Uint8Array): boolean {
  const end = answer.length;
  return end >= 6 && answer[end - 6] === 0x5a && answer[end - 2] === 5 && answer[end - 1] === 0x49;
}
