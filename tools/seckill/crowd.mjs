import { randomUUID } from 'node:crypto';
import { request } from './http-client.mjs';
import { Latencies, PerSecond } from './latencies.mjs';
import { pool, retry } from './pool.mjs';

/** Requests under way at a time. */
const WIDTH = 200;
/** While services are killed and started again, a buyer tries for so long. */
const PATIENCE_MS = 60_000;

/** The buyers of one sale: everybody wants one item, and most of those who get one pay. */
export class Crowd {
  latencies = { enter: new Latencies(), buy: new Latencies(), pay: new Latencies() };
  rate = new PerSecond();
  buyers = [];

  constructor({ shop, payment, users, payShare, isPatient = false, onProgress = () => undefined }) {
    Object.assign(this, { shop, payment, users, payShare, isPatient, onProgress });
  }

  /** Every buyer gets a token. */
  async enter() {
    const numbers = Array.from({ length: this.users }, (_, index) => index);
    await pool(numbers, WIDTH, async (number) => {
      const clientIp = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
      const found = await this.timed('enter', 'POST', `${this.shop}/api/buyers`, { clientIp });
      if (found.status === 201) this.buyers.push({ ...found.body, clientIp, orders: [] });
      this.onProgress(this.buyers.length);
    });
  }

  /** All buyers at the sale's door at once. Some click twice, as people do. */
  async rush(saleId) {
    let done = 0;
    await pool(this.buyers, WIDTH, async (buyer) => {
      const clicks = Math.random() < 0.1 ? 2 : 1;
      await Promise.all(Array.from({ length: clicks }, () => this.buy(saleId, buyer)));
      this.onProgress(++done);
    });
  }

  /** The buyer's own view of what was ordered, for those whose answer was lost. */
  async recount() {
    await pool(this.buyers, WIDTH, async (buyer) => {
      if (buyer.orders.length === 0 && !buyer.isUnsure) return;
      const found = await this.asked('GET', `${this.shop}/api/orders`, buyer);
      if (found) buyer.orders = found.map(({ id }) => id);
    });
  }

  /** Those who have an order pay it, or forget to. */
  async pay() {
    const winners = this.buyers.filter(({ orders }) => orders.length > 0);
    let done = 0;
    await pool(winners, WIDTH, async (buyer) => {
      if (Math.random() < this.payShare) await this.payOrder(buyer);
      this.onProgress(++done);
    });
  }

  async buy(saleId, buyer) {
    const url = `${this.shop}/api/sales/${saleId}/orders`;
    const attempt = async () => {
      const { status, body } = await this.timed('buy', 'POST', url, buyer);
      if (status === 201) {
        if (!buyer.orders.includes(body.orderId)) buyer.orders.push(body.orderId);
        return true;
      }
      // Nobody knows what became of a request without an answer: the buyer may have an order.
      if (status === 0 || status >= 500) buyer.isUnsure = true;
      return status >= 400 && status < 500 && status !== 429 ? true : undefined;
    };
    await retry(attempt, this.isPatient ? PATIENCE_MS : 0);
  }

  async payOrder(buyer) {
    const [orderId] = buyer.orders;
    const headers = { 'idempotency-key': `pay-${orderId}` };
    const url = `${this.payment}/api/payments/${orderId}/pay`;
    const attempt = async () => {
      const { status, body } = await this.timed('pay', 'POST', url, { ...buyer, headers });
      if (status === 200) buyer.paidOrder = orderId;
      return status === 200 || body.code === 'ORDER_CANCELLED' ? true : undefined;
    };
    // The order reaches payment by a message, a moment after the buyer has it.
    await retry(attempt, PATIENCE_MS, 200);
  }

  async asked(method, url, buyer) {
    const attempt = async () => {
      const { status, body } = await request(method, url, buyer);
      return status === 200 ? body : undefined;
    };
    return retry(attempt, PATIENCE_MS);
  }

  async timed(kind, method, url, { token, clientIp, headers }) {
    const startedAt = performance.now();
    const found = await request(method, url, { token, clientIp, headers });
    const outcome = outcomeOf(found);
    this.latencies[kind].add(performance.now() - startedAt, outcome);
    this.rate.add();
    return found;
  }

  /** A sale that opens now. */
  static async openSale(shop, stock, { operatorToken } = {}) {
    const now = Date.now();
    const sale = {
      id: `load-${randomUUID()}`,
      title: 'Load run',
      priceCents: 1999,
      stock,
      opensAt: new Date(now - 1000).toISOString(),
      closesAt: new Date(now + 86_400_000).toISOString(),
    };
    const { status, body } = await request('POST', `${shop}/api/sales`, {
      token: operatorToken,
      body: sale,
    });
    if (status !== 201)
      throw new Error(`the sale was not opened (${status}): ${JSON.stringify(body)}`);
    return sale;
  }
}

function outcomeOf({ status, body }) {
  if (status === 0) return 'no answer';
  return status < 300 ? 'ok' : (body.code ?? String(status));
}
