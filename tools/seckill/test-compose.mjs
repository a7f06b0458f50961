#!/usr/bin/env node
/**
 * Starts docker-compose.yml, makes a purchase through nginx, looks at what watches over it, stops it.
 *   npm run test:compose
 * COMPOSE_UP and COMPOSE_DOWN name other programs for `docker compose up` and `down`. They start the
 * project of the current folder and return once every health check passes.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeConnections, request } from './http-client.mjs';
import { retry } from './pool.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const SHOP = `http://127.0.0.1:${process.env.SHOP_PORT ?? 8080}`;
const PROMETHEUS = `http://127.0.0.1:${process.env.PROMETHEUS_PORT ?? 9090}`;
const PATIENCE_MS = 60_000;

const [up, down] = [process.env.COMPOSE_UP, process.env.COMPOSE_DOWN].map((program) =>
  program ? [program] : undefined,
);
const compose = (own, args) => {
  const [command, ...rest] = own ?? ['docker', 'compose', ...args];
  return spawnSync(command, rest, { cwd: root, stdio: 'inherit' }).status;
};

const checks = {
  'the pages are served': async () => (await get(`${SHOP}/operator.html`)).status === 200,
  'a purchase through nginx is paid and confirmed': purchase,
  'a second purchase is refused': async (context) => {
    const again = await request('POST', `${SHOP}/api/sales/${context.sale.id}/orders`, context);
    return again.status === 409 && again.body.code === 'ALREADY_BOUGHT';
  },
  'an unpaid order is cancelled': unpaid,
  'metrics are not for the world': async () => (await get(`${SHOP}/metrics`)).status === 404,
  'Prometheus sees two order services, payment and the broker': () =>
    eventually(async () => {
      const { body } = await get(`${PROMETHEUS}/api/v1/query?query=up`);
      const alive = (body.data?.result ?? []).filter(({ value }) => value[1] === '1');
      const jobs = alive.map(({ metric }) => metric.job).sort();
      return jobs.join() === 'broker,order,order,payment';
    }),
  'Prometheus has the alert rules and someone to tell': async () => {
    const rules = await get(`${PROMETHEUS}/api/v1/rules`);
    const managers = await get(`${PROMETHEUS}/api/v1/alertmanagers`);
    const names = rules.body.data.groups.flatMap(({ rules }) => rules.map(({ name }) => name));
    return names.length >= 4 && managers.body.data.activeAlertmanagers.length === 1;
  },
};

function get(url) {
  return request('GET', url, { timeoutMs: 10_000 });
}

async function eventually(work) {
  return (await retry(async () => ((await work()) ? true : undefined), PATIENCE_MS)) === true;
}

async function buyer() {
  const { body } = await request('POST', `${SHOP}/api/buyers`);
  return body.token;
}

async function orderIs(state, orderId, token) {
  const { body } = await request('GET', `${SHOP}/api/orders/${orderId}`, { token });
  return body.state === state;
}

async function purchase(context) {
  const now = Date.now();
  const sale = {
    title: 'Compose',
    priceCents: 500,
    stock: 3,
    opensAt: new Date(now - 1000).toISOString(),
    closesAt: new Date(now + 3_600_000).toISOString(),
  };
  context.sale = (await request('POST', `${SHOP}/api/sales`, { body: sale })).body;
  context.token = await buyer();
  const url = `${SHOP}/api/sales/${context.sale.id}/orders`;
  const { status, body } = await request('POST', url, context);
  if (status !== 201) return false;
  const { token } = context;
  const headers = { 'idempotency-key': body.orderId };
  const pay = `${SHOP}/api/payments/${body.orderId}/pay`;
  const isPaid = await eventually(
    async () => (await request('POST', pay, { token, headers })).status === 200,
  );
  return isPaid && eventually(() => orderIs('CONFIRMED', body.orderId, token));
}

async function unpaid({ sale }) {
  const token = await buyer();
  const { body } = await request('POST', `${SHOP}/api/sales/${sale.id}/orders`, { token });
  return eventually(() => orderIs('CANCELLED', body.orderId, token));
}

let failed = 0;
try {
  if (compose(up, ['up', '--build', '--detach', '--wait']) !== 0)
    throw new Error('it did not start');
  const context = {};
  for (const [what, check] of Object.entries(checks)) {
    const holds = await check(context).catch((error) => console.error(error.message));
    console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}`);
    if (!holds) failed++;
  }
} catch (error) {
  console.error(error.message);
  failed++;
} finally {
  closeConnections();
  compose(down, ['down', '--volumes']);
}
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
