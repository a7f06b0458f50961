import type { Socket } from 'node:net';

import type { EventLoopTurn, TurnTask } from '@rocket-nest/common/internal';

import { appendBytes, encodeHeaderInto } from '../codec/encode-command';
import type { SendingFields } from '../codec/encode-command';
import type { WriteBuffer } from '../codec/write-buffer';
import type { RemotingCommand } from '../protocol/remoting-command';

/** Body pieces below this are copied beside the headers; larger ones are sent where they lie. */
const COPY_BELOW_BYTES = 16 * 1024;
/** What is gathered for one write at most. */
const GATHER_BYTES = 1024 * 1024;

interface Outgoing {
  readonly command: RemotingCommand;
  readonly sending: SendingFields;
  readonly parts: readonly Buffer[] | undefined;
  readonly sent: (() => void) | undefined;
}

/**
 * What one connection is about to send. Commands are encoded at the end of the event-loop turn, all
 * into one piece of memory, and leave in one write.
 */
export class Outbox implements TurnTask {
  private queue: Outgoing[] = [];
  private scheduled = false;
  private corked = false;

  constructor(
    private readonly socket: Socket,
    private readonly out: WriteBuffer,
    private readonly turn: EventLoopTurn,
    private readonly listener: {
      /** After each flush. */
      flushed(): void;
      encodeFailed(command: RemotingCommand, sending: SendingFields, error: unknown): void;
    },
  ) {}

  /** `sent` is called once nobody here looks at the parts any more. */
  add(
    command: RemotingCommand,
    sending: SendingFields,
    parts?: readonly Buffer[],
    sent?: () => void,
  ): void {
    this.queue.push({ command, sending, parts, sent });
    if (this.scheduled) return;
    this.scheduled = true;
    this.turn.deferFlush(this);
  }

  runAtTurnEnd(): void {
    this.scheduled = false;
    const queue = this.queue;
    if (queue.length === 0) return;
    this.queue = [];
    if (this.socket.destroyed) return;
    for (const outgoing of queue) this.encode(outgoing);
    this.writePiece();
    if (this.corked) this.socket.uncork();
    this.corked = false;
    this.listener.flushed();
  }

  clear(): void {
    this.queue = [];
  }

  private encode({ command, sending, parts, sent }: Outgoing): void {
    const { out } = this;
    const before = out.at - out.start;
    let bodyLength = command.body?.length ?? 0;
    if (parts !== undefined) for (const part of parts) bodyLength += part.length;
    try {
      encodeHeaderInto(out, command, sending, bodyLength);
    } catch (error) {
      out.at = out.start + before;
      this.listener.encodeFailed(command, sending, error);
      return;
    }
    if (command.body !== undefined) this.addBody(command.body);
    if (parts !== undefined) this.addParts(parts, sent);
    if (out.at - out.start > GATHER_BYTES) this.writePiece();
  }

  private addBody(bytes: Buffer, sent?: () => void): void {
    if (bytes.length < COPY_BELOW_BYTES) {
      appendBytes(this.out, bytes);
      return;
    }
    this.cork();
    this.writePiece();
    this.socket.write(bytes, sent);
  }

  /** What is copied is free at once; pieces that are not leave in their order. */
  private addParts(parts: readonly Buffer[], sent: (() => void) | undefined): void {
    const lastLent = parts.findLastIndex((part) => part.length >= COPY_BELOW_BYTES);
    parts.forEach((part, index) => this.addBody(part, index === lastLent ? sent : undefined));
    if (lastLent < 0) sent?.();
  }

  /** While corked the socket holds what it is given and then sends it by one writev. */
  private cork(): void {
    if (this.corked) return;
    this.corked = true;
    this.socket.cork();
  }

  private writePiece(): void {
    const { out } = this;
    if (out.at === out.start) return;
    this.socket.write(out.piece());
    if (this.socket.writableLength === 0) out.reuse();
    else out.release();
  }
}
