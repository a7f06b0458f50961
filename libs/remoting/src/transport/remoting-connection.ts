import type { Socket } from 'node:net';

import { errorMessageOf } from '@rocket-nest/common';

import type { SendingFields } from '../codec/encode-command';
import { FrameDecoder } from '../codec/frame-decoder';
import { ONEWAY_FLAG, RemotingCommand } from '../protocol/remoting-command';
import { RemotingError } from '../protocol/remoting-error';
import { ResponseCode } from '../protocol/response-code';
import type { Connection, InvokeCallback } from './connection';
import type { ConnectionHub } from './connection-hub';
import { InFlightTable } from './in-flight-table';
import { Outbox } from './outbox';
import type { RpcTimes } from './rpc-times';

/** One connection, of either side: requests and answers flow both ways. */
export class RemotingConnection implements Connection {
  readonly attributes = new Map<string, unknown>();
  readonly inFlight: InFlightTable;
  /** Monotonic time of the last bytes read or flushed. */
  lastActiveMs: number;
  /** Monotonic time since when reading is paused because the other side does not drain. */
  pausedSinceMs: number | undefined = undefined;
  private readonly decoder: FrameDecoder;
  private readonly outbox: Outbox;
  private readonly rpcTimes: RpcTimes | undefined;
  private open = true;
  private holds = 0;

  constructor(
    readonly id: number,
    readonly remoteHost: string,
    readonly remotePort: number,
    private readonly socket: Socket,
    private readonly hub: ConnectionHub,
  ) {
    this.lastActiveMs = hub.clock.monotonicNow();
    this.inFlight = new InFlightTable(this.remoteAddress, hub.wheel, hub.limits.maxInFlight);
    this.rpcTimes = hub.createRpcTimes();
    this.decoder = new FrameDecoder((command) => this.onCommand(command), hub.limits);
    this.outbox = new Outbox(socket, hub.out, hub.turn, {
      flushed: () => this.onFlushed(),
      encodeFailed: (command, sending, error) => this.onEncodeFailed(command, sending, error),
    });
    if (!hub.keepProcessAlive) socket.unref();
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('drain', () => this.onDrain());
    socket.on('error', (error) => this.closed(errorMessageOf(error)));
    socket.on('close', () => this.closed('closed by the other side'));
  }

  get remoteAddress(): string {
    return `${this.remoteHost}:${this.remotePort}`;
  }

  get localPort(): number {
    return this.socket.localPort ?? 0;
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** Bytes handed to the socket that have not left yet. */
  get unsentBytes(): number {
    return this.socket.writableLength;
  }

  respond(response: RemotingCommand, bodyParts?: readonly Buffer[], sent?: () => void): void {
    this.rpcTimes?.answered(response, this.open);
    if (!this.open || (response.flag & ONEWAY_FLAG) !== 0) return;
    this.outbox.add(response, response, bodyParts, sent);
  }

  invoke(request: RemotingCommand, timeoutMs: number): Promise<RemotingCommand> {
    return new Promise((resolve, reject) => {
      this.invokeCallback(request, timeoutMs, { onResponse: resolve, onError: reject });
    });
  }

  /** Keeps the process alive until as many `release` calls; only where sockets do not anyway. */
  hold(): void {
    if (++this.holds === 1 && !this.hub.keepProcessAlive) this.socket.ref();
  }

  release(): void {
    if (--this.holds === 0 && !this.hub.keepProcessAlive) this.socket.unref();
  }

  /** Gives the opaque of the request, undefined when it was refused at once. */
  invokeCallback(
    request: RemotingCommand,
    timeoutMs: number,
    callback: InvokeCallback,
  ): number | undefined {
    const refusal = this.refusal();
    if (refusal !== undefined) {
      callback.onError(refusal);
      return undefined;
    }
    const opaque = this.inFlight.add(request, timeoutMs, callback);
    this.send(request, opaque, request.flag);
    return opaque;
  }

  invokeOneway(request: RemotingCommand): void {
    if (!this.open) return;
    this.send(request, this.inFlight.takeOpaque(), request.flag | ONEWAY_FLAG);
  }

  close(reason: string): void {
    if (!this.open) return;
    this.hub.logger.debug('closing a connection', { remoteAddress: this.remoteAddress, reason });
    this.closed(reason);
  }

  /** Sends what is queued, then closes. */
  finish(reason: string): void {
    if (!this.open) return;
    this.outbox.runAtTurnEnd();
    this.socket.destroySoon();
    this.closed(reason, false);
  }

  /** Feeds bytes that were read before this object existed. */
  onData(chunk: Buffer): void {
    this.lastActiveMs = this.hub.clock.monotonicNow();
    try {
      this.decoder.push(chunk);
    } catch (error) {
      this.onBadFrame(error);
    }
  }

  private send(request: RemotingCommand, opaque: number, flag: number): void {
    request.opaque = opaque;
    const serializeType = this.hub.requestSerializeType ?? request.serializeType;
    this.outbox.add(request, { opaque, flag, serializeType });
  }

  private refusal(): RemotingError | undefined {
    const { remoteAddress, hub } = this;
    if (!this.open) {
      return new RemotingError('SEND_FAILED', `the connection to ${remoteAddress} is closed`);
    }
    if (this.inFlight.isFull) {
      hub.hitLimit('maxInFlight');
      return new RemotingError(
        'TOO_MANY_IN_FLIGHT',
        `${this.inFlight.size} requests to ${remoteAddress} wait for answers: send fewer at once`,
      );
    }
    if (this.unsentBytes > hub.limits.closeAboveBytes) {
      hub.hitLimit('closeAboveBytes');
      return new RemotingError(
        'SEND_FAILED',
        `${remoteAddress} does not read: ${this.unsentBytes} bytes are unsent`,
      );
    }
    return undefined;
  }

  private onCommand(command: RemotingCommand): void {
    if (command.isResponse) {
      this.hub.stats.responses++;
      if (!this.inFlight.complete(command)) this.hub.stats.unknownResponses++;
      return;
    }
    this.hub.stats.requests++;
    this.rpcTimes?.begin(command, this.lastActiveMs);
    try {
      this.hub.onRequest(this, command);
    } catch (error) {
      this.answerError(command, error);
    }
    if (command.isOneway) this.rpcTimes?.handledOneway(command.code, this.lastActiveMs);
  }

  private answerError(request: RemotingCommand, error: unknown): void {
    const { remoteAddress, hub } = this;
    const message = errorMessageOf(error);
    hub.errorLog.warn('a request failed', { remoteAddress, code: request.code, error: message });
    if (request.isOneway) return;
    this.respond(RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, message));
  }

  private onBadFrame(error: unknown): void {
    const { remoteAddress, hub } = this;
    hub.stats.badFrames++;
    const reason = errorMessageOf(error);
    hub.errorLog.warn('closing a connection: what it sent is not understood', {
      remoteAddress,
      reason,
    });
    this.closed(reason);
  }

  private onEncodeFailed(command: RemotingCommand, sending: SendingFields, error: unknown): void {
    const message = errorMessageOf(error);
    this.hub.logger.error('a command cannot be encoded', { code: command.code, error: message });
    if (command.isResponse) {
      const answer = new RemotingCommand(ResponseCode.SYSTEM_ERROR);
      answer.remark = 'the answer cannot be encoded';
      this.outbox.add(answer, sending);
      return;
    }
    const failure = new RemotingError('SEND_FAILED', `the request cannot be encoded: ${message}`);
    this.inFlight.fail(sending.opaque, failure);
  }

  private onFlushed(): void {
    const { hub, unsentBytes } = this;
    this.lastActiveMs = hub.clock.monotonicNow();
    if (unsentBytes > hub.limits.closeAboveBytes) this.closeSlow('closeAboveBytes');
    else if (unsentBytes > hub.limits.pauseAboveBytes) this.pause();
  }

  private pause(): void {
    if (this.pausedSinceMs !== undefined) return;
    this.pausedSinceMs = this.hub.clock.monotonicNow();
    this.hub.hitLimit('pauseAboveBytes');
    this.socket.pause();
  }

  private onDrain(): void {
    if (this.pausedSinceMs === undefined) return;
    this.pausedSinceMs = undefined;
    this.lastActiveMs = this.hub.clock.monotonicNow();
    this.socket.resume();
  }

  /** Closes a connection whose other side does not take what it asked for. */
  closeSlow(limit: 'closeAboveBytes' | 'closeAfterMs'): void {
    const { remoteAddress, unsentBytes } = this;
    this.hub.hitLimit(limit);
    this.hub.errorLog.warn('closing a connection: the other side does not read', {
      remoteAddress,
      unsentBytes,
      limit,
    });
    this.closed(`slow reader (${limit})`);
  }

  private closed(reason: string, atOnce = true): void {
    if (!this.open) return;
    this.open = false;
    this.decoder.stop();
    this.outbox.clear();
    if (atOnce) this.socket.destroy();
    this.inFlight.failAll(
      () =>
        new RemotingError(
          'CONNECTION_CLOSED',
          `the connection to ${this.remoteAddress} closed before the answer came: ${reason}`,
        ),
    );
    this.hub.onClosed(this, reason);
  }
}
