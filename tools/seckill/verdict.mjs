import { request } from './http-client.mjs';
import { retry } from './pool.mjs';

/** What both services say of a sale; undefined while one of them does not answer. */
export async function readBooks({ shop, payment, operatorToken }, saleId) {
  const ask = (url) => request('GET', url, { token: operatorToken, timeoutMs: 5000 });
  const [sale, payments, groups] = await Promise.all([
    ask(`${shop}/api/operator/sales/${saleId}`),
    ask(`${payment}/api/operator/payments/${saleId}`),
    ask(`${shop}/api/operator/groups`),
  ]);
  if (sale.status !== 200 || payments.status !== 200 || groups.status !== 200) return undefined;
  return { ...sale.body, payments: payments.body, groups: groups.body };
}

/** Nothing is open any more: every order and payment is final, and the gate knows. */
export function isDrained({ sale, gateRemaining, orders, payments, groups }) {
  return (
    orders.CREATED === 0 &&
    payments.PENDING.count === 0 &&
    payments.PAID.count === orders.CONFIRMED &&
    payments.CLOSED.count + payments.REFUNDED.count === orders.CANCELLED &&
    (gateRemaining === undefined || gateRemaining === sale.remaining) &&
    groups.every(({ lag }) => lag === 0)
  );
}

/** Waits until everything is final. Gives the last books, and how long it took in ms. */
export async function drain(addresses, saleId, limitMs) {
  const startedAt = performance.now();
  let books;
  const look = async () => {
    books = (await readBooks(addresses, saleId)) ?? books;
    return books && isDrained(books) ? true : undefined;
  };
  await retry(look, limitMs, 500);
  return { books, drainMs: performance.now() - startedAt };
}

/**
 * What has to hold after draining, each with whether it does. In a `calm` run nothing is killed, so
 * that no reservation is left behind by someone who died.
 */
export function judge(books, buyers, { calm }) {
  const { sale, orders, payments, confirmedCents, gateRemaining, groups } = books;
  const taken = orders.CREATED + orders.CONFIRMED;
  const ordersInAll = taken + orders.CANCELLED;
  const inFlight = groups.reduce((sum, { lag }) => sum + (lag ?? 0), 0);
  const ordered = buyers.filter((buyer) => buyer.orders.length > 0);
  const paidIds = new Set(buyers.flatMap(({ paidOrder }) => paidOrder ?? []));
  const check = (what, holds, detail) => ({ what, holds, detail });
  return [
    check(
      'nothing is open any more',
      isDrained(books),
      `${orders.CREATED} orders, ${payments.PENDING.count} payments, ${inFlight} messages`,
    ),
    check(
      calm ? 'all that could be sold was ordered' : 'something was ordered',
      ordersInAll >= (calm ? Math.min(sale.stock, buyers.length) : 1),
      `${ordersInAll} orders of ${buyers.length} buyers`,
    ),
    check('sold is never above stock', taken <= sale.stock, `${taken} of ${sale.stock}`),
    check(
      'one order a buyer',
      ordered.every((buyer) => new Set(buyer.orders).size === 1),
      `${ordered.length} buyers have orders`,
    ),
    check(
      'every order that a buyer was told of stands in the database',
      ordered.length <= ordersInAll,
      `${ordered.length} told, ${ordersInAll} in the database`,
    ),
    check(
      'every paid order is confirmed once',
      payments.PAID.count === orders.CONFIRMED &&
        paidIds.size <= orders.CONFIRMED + payments.REFUNDED.count,
      `${payments.PAID.count} paid, ${orders.CONFIRMED} confirmed, ${paidIds.size} receipts`,
    ),
    check(
      'every cancelled order is back in stock once',
      sale.remaining === sale.stock - taken,
      `${sale.remaining} left of ${sale.stock}, ${taken} taken, ${orders.CANCELLED} cancelled`,
    ),
    check(
      'the gate agrees with the database',
      gateRemaining === undefined || gateRemaining === sale.remaining,
      `${gateRemaining} and ${sale.remaining}`,
    ),
    check(
      'money and orders agree',
      payments.PAID.cents === confirmedCents &&
        payments.CLOSED.count + payments.REFUNDED.count === orders.CANCELLED,
      `${payments.PAID.cents} and ${confirmedCents} cents`,
    ),
    check(
      'no message was given up',
      groups.every(({ deadLetters }) => deadLetters === 0),
      groups.map(({ group, deadLetters }) => `${group} ${deadLetters}`).join(', '),
    ),
  ];
}
