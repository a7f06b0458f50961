import { randomUUID } from 'node:crypto';
import { waitFor } from '../support/polling';
import { NewsStream } from './news-stream';
import { type Answer, Shop } from './shop';

jest.setTimeout(90_000);

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.start();
});
afterAll(() => shop?.stop());

/** Buys in a sale of its own, and waits until payment has heard of it. */
async function bought(token: string, at = shop.patient): Promise<string> {
  const { status, body } = await shop.buy(await shop.openSale(), token, at);
  expect([status, body]).toEqual([201, { orderId: expect.any(String), state: 'CREATED' }]);
  await hasPayment(body.orderId);
  return body.orderId;
}
const hasPayment = (orderId: string): Promise<void> =>
  waitFor('payment to hear of the order', async () => !!(await shop.paymentState(orderId)));
const becomes = (orderId: string, state: string): Promise<void> =>
  waitFor(`the order to be ${state}`, async () => (await shop.orderState(orderId)) === state);

/** Refused with this status and code, with a sentence, and without a trace. */
async function isRefused(
  work: () => Promise<Answer>,
  status: number,
  code: string,
): Promise<Answer> {
  const before = await shop.everything();
  const answer = await work();
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect([answer.body.message].flat().join('')).not.toBe('');
  expect(await shop.everything()).toEqual(before);
  return answer;
}

describe('a purchase is refused', () => {
  let token: string;
  beforeEach(async () => {
    token = await shop.newBuyer();
  });

  it('in a sale that does not exist', () =>
    isRefused(() => shop.buy(randomUUID(), token), 404, 'UNKNOWN_SALE'));

  it('before the sale opens', async () => {
    const saleId = await shop.openSale({ opensAt: new Date(Date.now() + 600_000).toISOString() });
    await isRefused(() => shop.buy(saleId, token), 409, 'SALE_NOT_OPEN');
  });

  it('after the sale has closed', async () => {
    const saleId = await shop.openSale({ closesAt: new Date(Date.now() - 1000).toISOString() });
    await isRefused(() => shop.buy(saleId, token), 409, 'SALE_CLOSED');
  });

  it('when everything is sold, at every instance', async () => {
    const saleId = await shop.openSale({ stock: 1 });
    const first = await shop.buy(saleId, await shop.newBuyer());
    await hasPayment(first.body.orderId);
    await isRefused(() => shop.buy(saleId, token), 409, 'SOLD_OUT');
    await isRefused(() => shop.buy(saleId, token, shop.hasty), 409, 'SOLD_OUT');
  });

  it('when it is the second of a buyer, at every instance', async () => {
    const saleId = await shop.openSale();
    const first = await shop.buy(saleId, token);
    await hasPayment(first.body.orderId);
    await isRefused(() => shop.buy(saleId, token), 409, 'ALREADY_BOUGHT');
    await isRefused(() => shop.buy(saleId, token, shop.hasty), 409, 'ALREADY_BOUGHT');
  });

  it('when many of one buyer, or more buyers than items, come at once at two instances', async () => {
    const saleId = await shop.openSale({ stock: 3 });
    const places = [shop.patient, shop.hasty];
    const buyers = await Promise.all(Array.from({ length: 8 }, () => shop.newBuyer()));
    const answers = await Promise.all(
      buyers.flatMap((buyer) => [...places, ...places].map((at) => shop.buy(saleId, buyer, at))),
    );
    const sold = answers.filter(({ status }) => status === 201);
    const hasty = sold.filter((answer) => answers.indexOf(answer) % 2 === 1);
    expect(sold).toHaveLength(3);
    for (const { status, body } of answers) {
      if (status !== 201) expect(['SOLD_OUT', 'ALREADY_BOUGHT']).toContain(body.code);
    }
    const { rows } = await shop.orders.query(
      'SELECT buyer_id, count(*) FROM orders.orders WHERE sale_id = $1 GROUP BY buyer_id',
      [saleId],
    );
    expect(rows.map(({ count }) => Number(count))).toEqual([1, 1, 1]);
    for (const { body } of sold) await hasPayment(body.orderId);
    // Those of the hasty instance end soon: not in the middle of another test.
    await waitFor('the hasty orders to end', async () => {
      const now = await shop.call('GET', `${shop.patient}/api/sales/${saleId}`);
      return now.body.remaining === hasty.length;
    });
  });

  it.each([
    ['without a token', undefined],
    ['with a made-up token', 'somebody.c2lnbmF0dXJl'],
    ['with the token of another shop', `${randomUUID()}.${'a'.repeat(43)}`],
  ])('%s', async (_, forged) => {
    const saleId = await shop.openSale();
    await isRefused(() => shop.buy(saleId, forged), 401, 'NO_BUYER');
  });
});

describe('an order is kept from', () => {
  let owner: string;
  let thief: string;
  let orderId: string;
  beforeAll(async () => {
    [owner, thief] = [await shop.newBuyer(), await shop.newBuyer()];
    orderId = await bought(owner);
  });
  const orderUrl = (id: string): string => `${shop.patient}/api/orders/${id}`;
  const paymentUrl = (id: string): string => `${shop.payment}/api/payments/${id}`;

  it('those who make up its id', async () => {
    const forged = randomUUID();
    const token = owner;
    await isRefused(() => shop.call('GET', orderUrl(forged), { token }), 404, 'UNKNOWN_ORDER');
    await isRefused(() => shop.call('GET', paymentUrl(forged), { token }), 404, 'UNKNOWN_ORDER');
    await isRefused(() => shop.pay(forged, token), 404, 'UNKNOWN_ORDER');
    const paid = { orderId: forged, transactionId: 'x', amountCents: 1 };
    await isRefused(() => shop.callback(paid), 404, 'UNKNOWN_ORDER');
  });

  it('those who send no id at all', async () => {
    const token = owner;
    await isRefused(() => shop.call('GET', orderUrl('1%20OR%201'), { token }), 400, 'BAD_REQUEST');
    await isRefused(() => shop.pay('1', token), 400, 'BAD_REQUEST');
  });

  it('other buyers', async () => {
    const token = thief;
    await isRefused(() => shop.call('GET', orderUrl(orderId), { token }), 403, 'NOT_YOURS');
    await isRefused(() => shop.call('GET', paymentUrl(orderId), { token }), 403, 'NOT_YOURS');
    await isRefused(() => shop.pay(orderId, token), 403, 'NOT_YOURS');
    const { body } = await shop.call('GET', `${shop.patient}/api/orders`, { token });
    expect(body).toEqual([]);
  });

  it('those who are nobody', async () => {
    await isRefused(() => shop.call('GET', orderUrl(orderId)), 401, 'NO_BUYER');
    await isRefused(() => shop.call('GET', paymentUrl(orderId)), 401, 'NO_BUYER');
    await isRefused(() => shop.pay(orderId, `${thief}x`), 401, 'NO_BUYER');
    await isRefused(() => shop.call('GET', `${shop.patient}/api/events`), 401, 'NO_BUYER');
  });
});

describe('a payment provider', () => {
  const paidOf = (orderId: string) => ({
    orderId,
    transactionId: randomUUID(),
    amountCents: 19_900,
  });

  it('is refused with a wrong signature, of another order or amount too', async () => {
    const orderId = await bought(await shop.newBuyer());
    const paid = paidOf(orderId);
    const other = `${randomUUID()} ${paid.transactionId} ${paid.amountCents}`;
    const less = `${orderId} ${paid.transactionId} 1`;
    const signatures = [
      'a',
      shop.signer.sign('buyer', other),
      ...[other, less].map((text) => shop.signer.sign('payment-callback', text)),
    ];
    for (const signature of signatures) {
      await isRefused(() => shop.callback(paid, signature), 403, 'BAD_SIGNATURE');
    }
  });

  it('is refused with a wrong amount', async () => {
    const orderId = await bought(await shop.newBuyer());
    const paid = { ...paidOf(orderId), amountCents: 19_899 };
    await isRefused(() => shop.callback(paid), 422, 'WRONG_AMOUNT');
  });

  it('may repeat itself: the order is paid and confirmed once', async () => {
    const orderId = await bought(await shop.newBuyer());
    const paid = paidOf(orderId);
    const answers = await Promise.all([1, 2, 3, 4].map(() => shop.callback(paid)));
    for (const answer of answers) expect(answer).toEqual({ status: 200, body: { state: 'PAID' } });
    await becomes(orderId, 'CONFIRMED');
    const before = await shop.everything();
    // Later, and with another number of the provider.
    for (const again of [paid, paidOf(orderId)]) {
      expect(await shop.callback(again)).toEqual({ status: 200, body: { state: 'PAID' } });
    }
    expect(await shop.everything()).toEqual(before);
    const sql = 'SELECT transaction_id FROM orders.orders WHERE id = $1';
    const { rows } = await shop.orders.query(sql, [orderId]);
    expect(rows).toEqual([{ transaction_id: paid.transactionId }]);
  });

  it('and the buyer together: one of them pays', async () => {
    const token = await shop.newBuyer();
    const orderId = await bought(token);
    const answers = await Promise.all([
      shop.pay(orderId, token),
      shop.pay(orderId, token),
      shop.callback(paidOf(orderId)),
      shop.pay(orderId, token, randomUUID()),
    ]);
    // A repetition that comes while the first is under way may be told to come again.
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect(answers[2]).toEqual({ status: 200, body: { state: 'PAID' } });
    await becomes(orderId, 'CONFIRMED');
    const before = await shop.everything();
    const again = await shop.pay(orderId, token);
    expect([again.status, again.body.state]).toEqual([200, 'PAID']);
    expect(await shop.everything()).toEqual(before);
  });

  it('is not needed by a buyer, whose key nobody else may use', async () => {
    const token = await shop.newBuyer();
    const orderId = await bought(token);
    expect((await shop.pay(orderId, token)).body.state).toBe('PAID');
    await becomes(orderId, 'CONFIRMED');
    const thief = await shop.newBuyer();
    await isRefused(() => shop.pay(orderId, thief), 403, 'NOT_YOURS');
    const url = `${shop.payment}/api/payments/${orderId}/pay`;
    await isRefused(() => shop.call('POST', url, { token }), 400, 'BAD_REQUEST');
  });
});

describe('payment and timeout race', () => {
  /** Holds the order, so that whoever wants to move it queues up behind. */
  async function whileHeld(orderId: string, work: () => Promise<void>): Promise<void> {
    await shop.orders.query('BEGIN');
    try {
      await shop.orders.query('SELECT 1 FROM orders.orders WHERE id = $1 FOR UPDATE', [orderId]);
      await work();
    } finally {
      await shop.orders.query('COMMIT');
    }
  }
  const waiting = (count: number): Promise<void> =>
    waitFor(`${count} to wait for the order`, async () => {
      const { rows } = await shop.payments.query(
        `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'`,
      );
      return Number(rows[0].count) === count;
    });
  const stockOf = async (saleId: string): Promise<number> =>
    (await shop.call('GET', `${shop.patient}/api/sales/${saleId}`)).body.remaining;
  const gateOf = async (saleId: string): Promise<number> =>
    (await shop.call('GET', `${shop.patient}/api/operator/sales/${saleId}`)).body.gateRemaining;

  it('an order that was not paid in time is cancelled, and its item sold again', async () => {
    const token = await shop.newBuyer();
    const saleId = await shop.openSale({ stock: 1 });
    const { orderId } = (await shop.buy(saleId, token, shop.hasty)).body;
    await becomes(orderId, 'CANCELLED');
    await waitFor('the payment', async () => (await shop.paymentState(orderId)) === 'CLOSED');
    await waitFor('the gate', async () => (await gateOf(saleId)) === 1);
    expect(await stockOf(saleId)).toBe(1);
    await isRefused(() => shop.pay(orderId, token), 409, 'ORDER_CANCELLED');
    const paid = { orderId, transactionId: randomUUID(), amountCents: 19_900 };
    await isRefused(() => shop.callback(paid), 409, 'ORDER_CANCELLED');
    const next = await shop.buy(saleId, await shop.newBuyer(), shop.hasty);
    expect(next.status).toBe(201);
    await becomes(next.body.orderId, 'CANCELLED');
  });

  it('money that comes after the cancellation is given back', async () => {
    const token = await shop.newBuyer();
    const saleId = await shop.openSale({ stock: 5 });
    const { orderId } = (await shop.buy(saleId, token)).body;
    await hasPayment(orderId);
    await whileHeld(orderId, async () => {
      await shop.remind(orderId);
      await waiting(1);
      expect((await shop.pay(orderId, token)).body.state).toBe('PAID');
      await waiting(2);
    });
    await becomes(orderId, 'CANCELLED');
    await waitFor('the refund', async () => (await shop.paymentState(orderId)) === 'REFUNDED');
    await waitFor('the gate', async () => (await gateOf(saleId)) === 5);
    expect(await shop.orderState(orderId)).toBe('CANCELLED');
    expect(await stockOf(saleId)).toBe(5);
  });

  it('a timeout that comes after the payment changes nothing', async () => {
    const token = await shop.newBuyer();
    const saleId = await shop.openSale({ stock: 5 });
    const { orderId } = (await shop.buy(saleId, token)).body;
    await hasPayment(orderId);
    await whileHeld(orderId, async () => {
      expect((await shop.pay(orderId, token)).status).toBe(200);
      await waiting(1);
      await shop.remind(orderId);
      await waiting(2);
    });
    await becomes(orderId, 'CONFIRMED');
    await waitFor('all to be through', async () => (await shop.lag()) === 0);
    expect(await shop.orderState(orderId)).toBe('CONFIRMED');
    expect(await stockOf(saleId)).toBe(4);
    expect(await shop.paymentState(orderId)).toBe('PAID');
  });
});

describe('a malformed body is refused', () => {
  const sale = {
    title: 'Headphones',
    priceCents: 100,
    stock: 1,
    opensAt: '2030-01-01T00:00:00Z',
    closesAt: '2030-01-02T00:00:00Z',
  };
  const callback = {
    orderId: randomUUID(),
    transactionId: 'x',
    amountCents: 1,
    signature: 'x',
  };

  it.each<[string, unknown]>([
    ['text that is no JSON', '{"title": '],
    ['no object', '[1, 2]'],
    ['nothing', '{}'],
    ['a negative stock', { ...sale, stock: -1 }],
    ['a stock of text', { ...sale, stock: '10' }],
    ['a price of half a cent', { ...sale, priceCents: 0.5 }],
    ['an opening that is no date', { ...sale, opensAt: 'soon' }],
    ['an id that is no id', { ...sale, id: '../../etc' }],
    ['a field that nobody knows', { ...sale, isAdmin: true }],
  ])('of a sale: %s', async (_, body) => {
    const open = (): Promise<Answer> => shop.call('POST', `${shop.patient}/api/sales`, { body });
    await isRefused(open, 400, 'BAD_REQUEST');
  });

  it.each<[string, unknown]>([
    ['no order', { ...callback, orderId: undefined }],
    ['an amount of text', { ...callback, amountCents: '1' }],
    ['no signature', { ...callback, signature: '' }],
    ['a field that nobody knows', { ...callback, state: 'PAID' }],
  ])('of a payment: %s', async (_, body) => {
    const url = `${shop.payment}/api/payments/callback`;
    await isRefused(() => shop.call('POST', url, { body }), 400, 'BAD_REQUEST');
  });

  it('that is far too large', async () => {
    const body = { ...sale, title: 'x'.repeat(100_000) };
    const open = (): Promise<Answer> => shop.call('POST', `${shop.patient}/api/sales`, { body });
    await isRefused(open, 413, 'PAYLOAD_TOO_LARGE');
  });

  it('and so is a second sale of one id, and a group that is not the shop’s', async () => {
    const id = await shop.openSale();
    const body = { ...sale, id };
    const open = (): Promise<Answer> => shop.call('POST', `${shop.patient}/api/sales`, { body });
    await isRefused(open, 409, 'SALE_EXISTS');
    const replay = `${shop.patient}/api/operator/groups/other/replay`;
    await isRefused(() => shop.call('POST', replay), 400, 'UNKNOWN_GROUP');
  });
});

test('too many requests from one address are refused, those from others are not', async () => {
  const token = await shop.newBuyer();
  const saleId = await shop.openSale();
  const headers = { 'x-forwarded-for': '192.0.2.1' };
  const url = `${shop.patient}/api/sales/${saleId}/orders`;
  const flood = (): Promise<Answer> => shop.call('POST', url, { token, headers });
  expect((await flood()).status).toBe(201);
  for (let n = 1; n < 100; n++) expect((await flood()).body.code).toBe('ALREADY_BOUGHT');
  await isRefused(flood, 429, 'TOO_MANY_REQUESTS');
  expect((await shop.buy(saleId, await shop.newBuyer())).status).toBe(201);
});

test('the limit on requests is none on messages', async () => {
  const group = 'seckill-order-timeout';
  const handled = async (): Promise<number> => {
    const sql = 'SELECT count(*) FROM orders.rocket_inbox WHERE consumer_group = $1';
    return Number((await shop.orders.query(sql, [group])).rows[0].count);
  };
  const [before, retriedBefore] = [await handled(), shop.retriedOf(group)];
  await Promise.all(Array.from({ length: 250 }, () => shop.remind(randomUUID())));
  await waitFor(
    'all to be handled',
    async () => (await handled()) === before + 250 || shop.retriedOf(group) > retriedBefore,
  );
  expect(shop.retriedOf(group)).toBe(retriedBefore);
});

test('news of an order reach its buyer, connected to whichever instance, and nobody else', async () => {
  const [token, stranger] = [await shop.newBuyer(), await shop.newBuyer()];
  const own = [
    await NewsStream.open(shop.patient, token),
    await NewsStream.open(shop.hasty, token),
  ];
  const others = await NewsStream.open(shop.hasty, stranger);
  try {
    const orderId = await bought(token);
    expect((await shop.pay(orderId, token)).status).toBe(200);
    for (const stream of own) {
      await waitFor('both news', () => stream.statesOf(orderId).length === 2);
      expect(stream.statesOf(orderId).sort()).toEqual(['CONFIRMED', 'CREATED']);
    }
    const cancelled = (await shop.buy(await shop.openSale(), token, shop.hasty)).body.orderId;
    for (const stream of own) {
      await waitFor('the end', () => stream.statesOf(cancelled).includes('CANCELLED'));
    }
    expect(others.heard).toEqual([]);
  } finally {
    await Promise.all([...own, others].map((stream) => stream.close()));
  }
});
