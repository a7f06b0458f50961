import { createMessage, DefaultMQProducer } from '@rocket-nest/client';
import { paymentPaid } from '@rocket-nest/seckill';
import * as path from 'node:path';
import { freePorts, waitFor } from '../support/polling';
import { ServerProcess } from '../support/server-process';
import { repositoryRoot } from '../support/servers';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';

/** A sale as a test opens it. */
export interface SaleOptions {
  readonly title: string;
  readonly stock: number;
  readonly opensInMs?: number;
}

/** The sample as `npm start` runs it, on free ports and in a temporary folder. */
export class EmbeddedShop {
  private constructor(
    readonly url: string,
    readonly namesrvAddr: string,
    private readonly process: ServerProcess,
    private readonly folder: string,
  ) {}

  /** Resolves once the demo sale is on the page. */
  static async start(unpaidDelay: string): Promise<EmbeddedShop> {
    const folder = makeTemporaryFolder('seckill');
    const [port, paymentPort, namesrvPort, brokerPort] = await freePorts(4);
    const options = {
      port,
      'payment-port': paymentPort,
      'namesrv-port': namesrvPort,
      'broker-port': brokerPort,
      folder: path.join(folder, 'data'),
      'unpaid-delay': unpaidDelay,
      // A test is quicker than a buyer.
      requests: 10_000,
    };
    const server = new ServerProcess({
      name: 'seckill',
      command: path.join(repositoryRoot, 'bin/seckill'),
      args: Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
      logFile: path.join(folder, 'seckill.log'),
      port,
      startLimitMs: 120_000,
    });
    const url = `http://127.0.0.1:${port}`;
    const shop = new EmbeddedShop(url, `127.0.0.1:${namesrvPort}`, server, folder);
    try {
      await server.ready();
      await waitFor('the demo sale', () => server.log().includes('The flash sale is up'));
      return shop;
    } catch (error) {
      await shop.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    try {
      await this.process.stop();
    } finally {
      removeFolder(this.folder);
    }
  }

  async openSale({ title, stock, opensInMs = 0 }: SaleOptions): Promise<string> {
    const opensAt = Date.now() + opensInMs;
    const { id } = await this.post('api/sales', {
      title,
      priceCents: 19_900,
      stock,
      opensAt: new Date(opensAt).toISOString(),
      closesAt: new Date(opensAt + 3_600_000).toISOString(),
    });
    return id as string;
  }

  /** Another buyer, elsewhere, takes an item. */
  async buyElsewhere(saleId: string): Promise<void> {
    const { token } = await this.post('api/buyers');
    await this.post(`api/sales/${saleId}/orders`, undefined, token as string);
  }

  /** A message that says that money came in, and not for what. */
  async sendBrokenPayment(): Promise<void> {
    const { namesrvAddr } = this;
    const producer = new DefaultMQProducer({ namesrvAddr, producerGroup: 'test' });
    await producer.start();
    try {
      const { topic, tag = '' } = paymentPaid;
      await producer.send(createMessage({ topic, tag, body: '{"orderId":"42"}' }));
    } finally {
      await producer.shutdown();
    }
  }

  private async post(
    url: string,
    body?: unknown,
    token?: string,
  ): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.url}/${url}`, {
      method: 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }
}
