import type { PGlite } from '@electric-sql/pglite';
import { once } from 'node:events';
import * as net from 'node:net';
import { endsIdle, PostgresMessages, type Frame } from './postgres-messages';
import { TurnLock } from './turn-lock';

const MAX_CONNECTIONS = 32;

/**
 * PGlite behind a socket, for several connections. It has one session, so a connection has it from
 * the first message of a statement until its answer is whole, and a transaction from its begin to
 * its end; the others wait. Settings of the session are shared.
 */
export class PostgresSocketServer {
  private readonly lock = new TurnLock();
  private readonly sockets = new Set<net.Socket>();
  private readonly server = net.createServer((socket) => this.serve(socket));

  constructor(private readonly db: PGlite) {
    this.server.maxConnections = MAX_CONNECTIONS;
  }

  /** Resolves with the port. */
  async listen(host: string, port: number): Promise<number> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
    return (this.server.address() as net.AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private serve(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    const messages = new PostgresMessages();
    let done = Promise.resolve();
    socket.on('data', (chunk) => {
      done = done.then(() => this.answerAll(socket, messages, chunk));
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.sockets.delete(socket);
      void done.then(() => this.abandon(socket));
    });
  }

  private async answerAll(
    socket: net.Socket,
    messages: PostgresMessages,
    chunk: Buffer,
  ): Promise<void> {
    try {
      for (const frame of messages.take(chunk)) await this.answer(socket, frame);
    } catch {
      socket.destroy();
    }
  }

  private async answer(socket: net.Socket, { kind, bytes }: Frame): Promise<void> {
    if (socket.destroyed) return;
    if (kind === 'encryption') {
      socket.write('N'); // spoken in the clear, on the loopback
      return;
    }
    if (kind === 'terminate' || kind === 'cancel') {
      socket.end();
      return;
    }
    await this.lock.enter(socket);
    const answer = await this.db.execProtocolRaw(bytes);
    if (answer.length > 0) socket.write(answer);
    if (kind !== 'part' && endsIdle(answer)) this.lock.leave(socket);
  }

  /** What a connection left open when it went is rolled back. */
  private async abandon(socket: net.Socket): Promise<void> {
    if (!this.lock.isIn(socket)) return;
    await this.db.exec('ROLLBACK').catch(() => undefined);
    this.lock.leave(socket);
  }
}
