import type { Socket } from 'node:net';

import { readFirstBytes } from './first-bytes';
import type { FirstBytes } from './first-bytes';

export interface IncomingSocketListener {
  /** A plain connection; `firstChunk` is what followed a PROXY header, or came first. */
  established(host: string, port: number, firstChunk: Buffer): void;
  refused(reason: string): void;
}

/**
 * Watches an accepted socket until its first bytes tell what it is: plain frames, frames after a
 * PROXY protocol header, or TLS.
 */
export class IncomingSocket {
  private bytes: Buffer = Buffer.alloc(0);
  private host: string;
  private port: number;
  private readonly onData = (chunk: Buffer): void => this.data(chunk);
  private readonly onEnd = (): void => this.refuse('closed before the first frame');

  constructor(
    private readonly socket: Socket,
    private readonly acceptProxyHeader: boolean,
    private readonly listener: IncomingSocketListener,
  ) {
    this.host = plainHost(socket.remoteAddress ?? '');
    this.port = socket.remotePort ?? 0;
    socket.on('data', this.onData);
    socket.on('error', this.onEnd);
    socket.on('close', this.onEnd);
  }

  refuse(reason: string): void {
    this.detach();
    this.socket.on('error', () => undefined);
    this.socket.destroy();
    this.listener.refused(reason);
  }

  private data(chunk: Buffer): void {
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk]);
    this.judge(readFirstBytes(this.bytes));
  }

  private judge(first: FirstBytes): void {
    switch (first.kind) {
      case 'incomplete':
        return;
      case 'tls':
        return this.refuse('TLS is not configured here');
      case 'bad':
        return this.refuse(first.reason);
      case 'proxy':
        if (!this.acceptProxyHeader) return this.refuse('PROXY headers are not accepted here');
        if (first.source !== undefined) {
          this.host = first.source.host;
          this.port = first.source.port;
        }
        return this.establish(first.headerBytes);
      case 'plain':
        return this.establish(0);
    }
  }

  private establish(headerBytes: number): void {
    this.detach();
    this.listener.established(this.host, this.port, this.bytes.subarray(headerBytes));
  }

  private detach(): void {
    this.socket.off('data', this.onData);
    this.socket.off('error', this.onEnd);
    this.socket.off('close', this.onEnd);
  }
}

/** An IPv4 address that came in by an IPv6 socket, without its prefix. */
export function plainHost(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
