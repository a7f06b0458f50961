import type { RemotingCommand } from '../protocol/remoting-command';
import { RemotingError } from '../protocol/remoting-error';
import { decodeCommand } from './decode-command';
import { DEFAULT_FRAME_LIMITS } from './frame-limits';
import type { FrameLimits } from './frame-limits';

const LENGTH_BYTES = 4;
/** Length field, serialize type and header length: all that is needed to judge a frame's sizes. */
const PREFIX_BYTES = 8;
/** A frame that arrives in pieces gets no more memory than this ahead of what has arrived. */
const FIRST_PIECE_BYTES = 64 * 1024;

/**
 * Cuts the bytes of one connection into commands. Whole frames are decoded in place, as slices of
 * the chunk that holds them; only a frame that spans chunks is copied together. Sizes are checked
 * before anything is buffered, and a frame is consumed before its command is handed on.
 */
export class FrameDecoder {
  private partial: Buffer | undefined = undefined;
  private partialBytes = 0;
  private stopped = false;

  constructor(
    private readonly onCommand: (command: RemotingCommand) => void,
    private readonly limits: FrameLimits = DEFAULT_FRAME_LIMITS,
  ) {}

  /** Drops what is buffered and ignores what follows, also within the chunk being decoded. */
  stop(): void {
    this.stopped = true;
    this.partial = undefined;
    this.partialBytes = 0;
  }

  /**
   * Decodes all frames that `chunk` completes. Throws FRAME_TOO_LONG, HEADER_TOO_LONG, BAD_FRAME or
   * BAD_JSON; the stream is lost then, and the decoder has stopped.
   */
  push(chunk: Buffer): void {
    if (this.stopped) return;
    try {
      let at = this.partialBytes > 0 ? this.completePartial(chunk) : 0;
      while (!this.stopped && at < chunk.length) {
        const frameBytes = this.frameBytes(chunk, at);
        if (frameBytes === undefined || chunk.length - at < frameBytes) {
          this.keep(chunk, at, frameBytes);
          return;
        }
        const command = decodeCommand(chunk, at + LENGTH_BYTES, at + frameBytes);
        at += frameBytes;
        this.onCommand(command);
      }
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Bytes of the whole frame at `at`, checked; undefined while its prefix is incomplete. */
  private frameBytes(bytes: Buffer, at: number, end = bytes.length): number | undefined {
    const available = end - at;
    if (available < LENGTH_BYTES) return undefined;
    const length = bytes.readUInt32BE(at);
    if (length > this.limits.maxFrameBytes) {
      throw new RemotingError('FRAME_TOO_LONG', `a frame of ${length} bytes is too long`);
    }
    if (length < PREFIX_BYTES - LENGTH_BYTES) {
      throw new RemotingError('BAD_FRAME', `a frame of ${length} bytes is too short`);
    }
    if (available < PREFIX_BYTES) return undefined;
    const headerLength = bytes.readUIntBE(at + 5, 3);
    if (headerLength > this.limits.maxHeaderBytes) {
      throw new RemotingError('HEADER_TOO_LONG', `a header of ${headerLength} bytes is too long`);
    }
    return LENGTH_BYTES + length;
  }

  /** Copies the beginning of a frame, with room for what is still to come. */
  private keep(chunk: Buffer, at: number, frameBytes = PREFIX_BYTES): void {
    const rest = chunk.length - at;
    this.partial = Buffer.allocUnsafe(Math.max(rest, Math.min(frameBytes, FIRST_PIECE_BYTES)));
    chunk.copy(this.partial, 0, at);
    this.partialBytes = rest;
  }

  /** Takes from `chunk` what the kept frame lacks; gives how much was taken. */
  private completePartial(chunk: Buffer): number {
    let taken = this.fill(chunk, 0, PREFIX_BYTES);
    const frameBytes = this.frameBytes(this.partial!, 0, this.partialBytes);
    if (frameBytes === undefined) return taken;
    taken += this.fill(chunk, taken, frameBytes);
    if (this.partialBytes < frameBytes) return taken;
    const frame = this.partial!;
    this.partial = undefined;
    this.partialBytes = 0;
    this.onCommand(decodeCommand(frame, LENGTH_BYTES, frameBytes));
    return taken;
  }

  /** Copies from `chunk` until `wanted` bytes are kept; gives how many it copied. */
  private fill(chunk: Buffer, from: number, wanted: number): number {
    const count = Math.min(wanted - this.partialBytes, chunk.length - from);
    if (count <= 0) return 0;
    this.reserve(this.partialBytes + count, wanted);
    chunk.copy(this.partial!, this.partialBytes, from, from + count);
    this.partialBytes += count;
    return count;
  }

  private reserve(needed: number, wanted: number): void {
    const partial = this.partial!;
    if (partial.length >= needed) return;
    const bytes = Math.min(wanted, Math.max(needed, partial.length * 2, FIRST_PIECE_BYTES));
    this.partial = Buffer.allocUnsafe(Math.max(bytes, needed));
    partial.copy(this.partial, 0, 0, this.partialBytes);
  }
}
