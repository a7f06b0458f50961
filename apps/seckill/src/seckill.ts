import { OrderModule, PAGES } from '@rocket-nest/app-order';
import { PaymentModule } from '@rocket-nest/app-payment';
import { ConsoleLogger } from '@rocket-nest/common';
import { readSeckillConfig, startService } from '@rocket-nest/seckill';
import { Standalone } from '@rocket-nest/standalone';
import { randomBytes } from 'node:crypto';
import * as path from 'node:path';
import { EmbeddedPostgres } from './embedded-postgres';
import type { SeckillArguments } from './seckill-arguments';

export interface SeckillAddresses {
  readonly shop: string;
  readonly payment: string;
  readonly namesrvAddr: string;
  readonly brokerAddr: string;
  readonly database: string;
}

interface Stoppable {
  stop(): Promise<void>;
}

/** Everything the sample needs, started in order and stopped in the opposite one. */
export class Seckill {
  private readonly running: Stoppable[] = [];

  constructor(private readonly args: SeckillArguments) {}

  /** Resolves once a purchase can be made. What was started before a failure is stopped again. */
  async start(): Promise<SeckillAddresses> {
    try {
      return await this.startAll();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (let part = this.running.pop(); part; part = this.running.pop()) await part.stop();
  }

  private async startAll(): Promise<SeckillAddresses> {
    const [database, servers] = await Promise.all([this.startDatabase(), this.startServers()]);
    const secret = randomBytes(32).toString('hex');
    const environment = {
      NAMESRV_ADDR: servers.namesrvAddr,
      DATABASE_URL: database,
      // The embedded database runs one transaction at a time.
      DATABASE_POOL_SIZE: '4',
      SECKILL_SECRET: secret,
      UNPAID_DELAY: this.args.unpaidDelay,
      // Beside the messages they count: another folder is another broker.
      OFFSETS_FOLDER: path.join(this.args.folder, 'offsets'),
      REQUESTS_PER_10S: String(this.args.requestsPer10s),
    };
    const payment = await this.startPayment({ ...environment, ALLOWED_ORIGIN: '*' });
    const shop = await this.startOrder({ ...environment, PAYMENT_URL: payment });
    return { shop, payment, database, ...servers };
  }

  private async startDatabase(): Promise<string> {
    const database = new EmbeddedPostgres(path.join(this.args.folder, 'postgres'));
    this.running.unshift(database);
    return database.start();
  }

  private async startServers(): Promise<{ namesrvAddr: string; brokerAddr: string }> {
    const { namesrvPort, brokerPort, folder } = this.args;
    const standalone = new Standalone({
      namesrvPort,
      brokerPort,
      folder,
      logger: new ConsoleLogger('warn'),
      keepProcessAlive: true,
    });
    const addresses = await standalone.start();
    this.running.push({ stop: () => standalone.shutdown() });
    return addresses;
  }

  private async startPayment(environment: Record<string, string>): Promise<string> {
    const env = { ...environment, PORT: String(this.args.paymentPort) };
    const config = readSeckillConfig(env, { port: 3001, schema: 'payments' });
    const app = await startService(PaymentModule.forConfig(config), config, { onSignal: false });
    this.running.push({ stop: () => app.close() });
    return app.getUrl();
  }

  private async startOrder(environment: Record<string, string>): Promise<string> {
    const env = { ...environment, PORT: String(this.args.port) };
    const config = readSeckillConfig(env, { port: 3000, schema: 'orders' });
    const app = await startService(OrderModule.forConfig(config), config, {
      onSignal: false,
      pages: PAGES,
    });
    this.running.push({ stop: () => app.close() });
    return app.getUrl();
  }
}
