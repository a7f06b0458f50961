import { OrderModule, PAGES } from '@rocket-nest/app-order';
import { PaymentModule } from '@rocket-nest/app-payment';
import { createMessage, DefaultMQProducer } from '@rocket-nest/client';
import { retryTopicOf } from '@rocket-nest/common';
import { orderTimeout, readSeckillConfig, Signer, startService } from '@rocket-nest/seckill';
import { Standalone } from '@rocket-nest/standalone';
import * as path from 'node:path';
import { Client } from 'pg';
import { type DatabaseServer, startPostgres } from '../support/postgres-server';
import { RedisServer } from '../support/redis-server';

const SECRET = 'the secret of a shop under test';
/** So short that a test can wait for it, and so long that no order runs out of time by itself. */
const [SHORT_DELAY, LONG_DELAY] = ['1s', '2h'];

interface Service {
  close(): Promise<void>;
  getUrl(): Promise<string>;
}

/** What a service answered. */
export interface Answer {
  readonly status: number;
  readonly body: any;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Two instances of the order service and one of payment in this process, on a real PostgreSQL with a
 * database for each service, a real Redis as the gate, and a broker.
 */
export class Shop {
  readonly signer = new Signer(SECRET);
  private readonly standalone = new Standalone();
  private readonly services: Service[] = [];
  private postgres: DatabaseServer | undefined;
  private redis: RedisServer | undefined;
  private producer!: DefaultMQProducer;
  orders!: Client;
  payments!: Client;
  /** Its orders have all the time in the world. */
  patient!: string;
  /** Its orders are cancelled after a second. */
  hasty!: string;
  payment!: string;

  static async start(): Promise<Shop> {
    const shop = new Shop();
    try {
      await shop.startAll();
      return shop;
    } catch (error) {
      await shop.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const service of this.services.reverse()) await service.close();
    await Promise.all([this.orders?.end(), this.payments?.end(), this.producer?.shutdown()]);
    await this.standalone.shutdown();
    await this.postgres?.stop();
    await this.redis?.stop();
  }

  async call(method: string, url: string, options: CallOptions = {}): Promise<Answer> {
    const { token, body, headers } = options;
    const response = await fetch(url, {
      method,
      headers: {
        // Each caller has an address of its own, unless a test says otherwise.
        'x-forwarded-for': `10.0.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}`,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  async newBuyer(): Promise<string> {
    return (await this.call('POST', `${this.patient}/api/buyers`)).body.token;
  }

  /** Opens a sale, by default one that sells now, and gives its id. */
  async openSale(changes: Record<string, unknown> = {}): Promise<string> {
    const now = Date.now();
    const answer = await this.call('POST', `${this.patient}/api/sales`, {
      body: {
        title: 'Headphones',
        priceCents: 19_900,
        stock: 10,
        opensAt: new Date(now - 60_000).toISOString(),
        closesAt: new Date(now + 3_600_000).toISOString(),
        ...changes,
      },
    });
    if (answer.status !== 201) throw new Error(`no sale: ${JSON.stringify(answer)}`);
    return answer.body.id;
  }

  buy(saleId: string, token: string | undefined, at = this.patient): Promise<Answer> {
    return this.call('POST', `${at}/api/sales/${encodeURIComponent(saleId)}/orders`, { token });
  }

  /** As the page does it: the same click has the same key. */
  pay(orderId: string, token: string, key = `pay-${orderId}`): Promise<Answer> {
    const headers = { 'idempotency-key': key };
    return this.call('POST', `${this.payment}/api/payments/${orderId}/pay`, { token, headers });
  }

  /** The payment provider's call, signed as it signs unless told otherwise. */
  callback(
    paid: { orderId: string; transactionId: string; amountCents: number },
    signature = this.signer.sign(
      'payment-callback',
      `${paid.orderId} ${paid.transactionId} ${paid.amountCents}`,
    ),
  ): Promise<Answer> {
    const body = { ...paid, signature };
    return this.call('POST', `${this.payment}/api/payments/callback`, { body });
  }

  /** Sends the reminder of an order, as if its time was over. */
  async remind(orderId: string): Promise<void> {
    const { topic } = orderTimeout;
    await this.producer.send(createMessage({ topic, body: JSON.stringify({ orderId }) }));
  }

  /** Messages that a group did not handle at once. */
  retriedOf(group: string): number {
    const store = this.standalone.broker?.messageStore;
    return store?.maxOffsetInQueue(retryTopicOf(group), 0) ?? 0;
  }

  /** Messages that the shop's groups have not handled yet. */
  async lag(): Promise<number> {
    const { body } = await this.call('GET', `${this.patient}/api/operator/groups`);
    const groups = body as { lag?: number }[];
    return groups.reduce((sum, { lag = Number.NaN }) => sum + lag, 0);
  }

  async orderState(orderId: string): Promise<string | undefined> {
    const { rows } = await this.orders.query('SELECT state FROM orders.orders WHERE id = $1', [
      orderId,
    ]);
    return rows[0]?.state;
  }

  async paymentState(orderId: string): Promise<string | undefined> {
    const { rows } = await this.payments.query(
      'SELECT state FROM payments.payments WHERE order_id = $1',
      [orderId],
    );
    return rows[0]?.state;
  }

  /** Everything that a refused request could have changed. */
  async everything(): Promise<unknown> {
    const gate = await this.call('GET', `${this.patient}/api/operator/sales`);
    const of = async (client: Client, sql: string): Promise<unknown[]> =>
      (await client.query(sql)).rows;
    return {
      gate: gate.body,
      sales: await of(this.orders, 'SELECT * FROM orders.sales ORDER BY id'),
      orders: await of(this.orders, 'SELECT * FROM orders.orders ORDER BY id'),
      // Rows go once they are sent; their numbers tell of those that were.
      orderOutbox: await of(this.orders, 'SELECT last_value FROM orders.rocket_outbox_id_seq'),
      payments: await of(this.payments, 'SELECT * FROM payments.payments ORDER BY order_id'),
      paymentOutbox: await of(
        this.payments,
        'SELECT last_value FROM payments.rocket_outbox_id_seq',
      ),
    };
  }

  private async startAll(): Promise<void> {
    const postgres = (this.postgres = await startPostgres());
    const redis = (this.redis = await RedisServer.start());
    const { namesrvAddr, folder } = await this.standalone.start();
    const urlOf = (database: string): string =>
      `postgres://app@127.0.0.1:${postgres.port}/${database}`;
    const admin = new Client(postgres.url);
    await admin.connect();
    for (const name of ['order', 'payment']) await admin.query(`CREATE DATABASE "${name}"`);
    await admin.end();
    [this.orders, this.payments] = ['order', 'payment'].map((name) => new Client(urlOf(name)));
    await Promise.all([this.orders.connect(), this.payments.connect()]);
    this.producer = new DefaultMQProducer({ namesrvAddr, producerGroup: 'test' });
    await this.producer.start();
    const env = { PORT: '0', NAMESRV_ADDR: namesrvAddr, SECKILL_SECRET: SECRET };
    this.payment = await this.startPayment({ ...env, DATABASE_URL: urlOf('payment') });
    const start = (name: string, delay: string): Promise<string> =>
      this.startOrder({
        ...env,
        DATABASE_URL: urlOf('order'),
        REDIS_URL: redis.url,
        UNPAID_DELAY: delay,
        PAYMENT_URL: this.payment,
        OFFSETS_FOLDER: path.join(folder, `offsets-${name}`),
      });
    this.patient = await start('patient', LONG_DELAY);
    this.hasty = await start('hasty', SHORT_DELAY);
  }

  private async startOrder(env: Record<string, string>): Promise<string> {
    const config = readSeckillConfig(env, { port: 0, schema: 'orders' });
    const module = OrderModule.forConfig(config);
    return this.keep(await startService(module, config, { onSignal: false, pages: PAGES }));
  }

  private async startPayment(env: Record<string, string>): Promise<string> {
    const config = readSeckillConfig(env, { port: 0, schema: 'payments' });
    const module = PaymentModule.forConfig(config);
    return this.keep(await startService(module, config, { onSignal: false }));
  }

  private keep(service: Service): Promise<string> {
    this.services.push(service);
    return service.getUrl();
  }
}
