import * as net from 'node:net';

export type Cut =
  /** The server never gets the bytes. */
  | 'BEFORE'
  /** The server gets and answers them; the answer is lost. */
  | 'AFTER';

/** Stands between a client and a database, and cuts the connection on which a text is sent. */
export class CuttingProxy {
  private readonly server: net.Server;
  private readonly sockets = new Set<net.Socket>();
  private armed: { text: string; cut: Cut } | undefined;

  private constructor(private readonly targetPort: number) {
    this.server = net.createServer((client) => this.accept(client));
  }

  static async start(targetPort: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(targetPort);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  /** True until the cut has happened. */
  get isArmed(): boolean {
    return this.armed !== undefined;
  }

  /** Cuts the next connection whose client sends `text`. */
  arm(text: string, cut: Cut): void {
    this.armed = { text, cut };
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: net.Socket): void {
    const server = net.connect(this.targetPort, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      server.destroy();
      this.sockets.delete(client);
      this.sockets.delete(server);
    };
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', end);
      socket.on('close', end);
    }
    let dropAnswer = false;
    client.on('data', (bytes) => {
      const { armed } = this;
      if (armed && bytes.includes(armed.text)) {
        this.armed = undefined;
        if (armed.cut === 'BEFORE') return end();
        dropAnswer = true;
      }
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (dropAnswer) end();
      else client.write(bytes);
    });
  }
}
