import { buyerToken, call, element, euros, loadConfig, payment, serverNow } from './api.js';

const SALES_EVERY_MS = 2000;
/** News come at once; this is for those that were missed while the stream was broken. */
const ORDERS_EVERY_MS = 10_000;

const message = document.getElementById('message');
let token;
let sales = [];
let orders = [];
/** Keys of purchases and payments under way, so that a second click does nothing. */
const busy = new Set();

async function start() {
  await loadConfig();
  token = await buyerToken();
  await Promise.all([loadSales(), loadOrders()]);
  listen();
  setInterval(loadSales, SALES_EVERY_MS);
  setInterval(loadOrders, ORDERS_EVERY_MS);
  setInterval(showSales, 250);
}

async function loadSales() {
  sales = await call('GET', 'api/sales').catch(() => sales);
  showSales();
}

async function loadOrders() {
  orders = await call('GET', 'api/orders', { token }).catch(() => orders);
  showOrders();
  showSales();
}

function listen() {
  const events = new EventSource(`api/events?token=${encodeURIComponent(token)}`);
  events.addEventListener('order', () => void loadOrders());
  events.addEventListener('open', () => void loadOrders());
}

async function once(key, work) {
  if (busy.has(key)) return;
  busy.add(key);
  message.textContent = '';
  try {
    await work();
  } catch (error) {
    message.textContent = error.message;
  } finally {
    busy.delete(key);
    await Promise.all([loadSales(), loadOrders()]);
  }
}

const buy = (sale) =>
  once(`buy ${sale.id}`, () =>
    call('POST', `api/sales/${encodeURIComponent(sale.id)}/orders`, { token }),
  );

/** The key makes a repeated click, or a repeated request of the browser, the same payment. */
const pay = (order) =>
  once(`pay ${order.id}`, () =>
    call('POST', payment(`${order.id}/pay`), {
      token,
      headers: { 'idempotency-key': `pay-${order.id}` },
    }),
  );

function phaseOf(sale) {
  const now = serverNow();
  if (now < Date.parse(sale.opensAt)) return 'soon';
  if (now >= Date.parse(sale.closesAt)) return 'closed';
  return sale.remaining > 0 ? 'open' : 'sold out';
}

function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const pad = (value) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const clock = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return hours > 0 ? `${hours}:${clock}` : clock;
}

function labelOf(sale, phase, isBought) {
  if (isBought) return 'Ordered';
  if (phase === 'soon') return `Opens in ${countdown(Date.parse(sale.opensAt) - serverNow())}`;
  return { open: 'Buy', closed: 'Closed', 'sold out': 'Sold out' }[phase];
}

function saleCard(sale) {
  const phase = phaseOf(sale);
  const isBought = orders.some(({ saleId }) => saleId === sale.id);
  const button = element('button', 'buy', labelOf(sale, phase, isBought));
  button.disabled = phase !== 'open' || isBought || busy.has(`buy ${sale.id}`);
  button.addEventListener('click', () => void buy(sale));
  const fill = element('div');
  fill.style.width = `${(100 * sale.remaining) / sale.stock}%`;
  const left = `${euros(sale.priceCents)} · ${sale.remaining} of ${sale.stock} left`;
  const card = element('article', 'card', undefined, [
    element('div', 'title', sale.title),
    element('div', 'side', undefined, [button]),
    element('div', 'soft', left),
    element('div', 'bar', undefined, [fill]),
  ]);
  card.dataset.sale = sale.id;
  return card;
}

function orderCard(order) {
  const side = element('div', 'side', undefined, [
    element('span', `state ${order.state}`, order.state),
  ]);
  if (order.state === 'CREATED') {
    const button = element('button', 'pay', 'Pay');
    button.disabled = busy.has(`pay ${order.id}`);
    button.addEventListener('click', () => void pay(order));
    side.append(' ', button);
  }
  const sale = sales.find(({ id }) => id === order.saleId);
  const card = element('article', 'card', undefined, [
    element('div', 'title', sale?.title ?? order.saleId),
    side,
    element('div', 'soft', `${euros(order.amountCents)} · order ${order.id}`),
  ]);
  card.dataset.order = order.id;
  return card;
}

/** Rebuilds a list only when it looks different, so that focus and clicks are not lost. */
function show(id, cards, emptyText) {
  const list = document.getElementById(id);
  const fresh = cards.length > 0 ? cards : [element('p', 'soft', emptyText)];
  const html = fresh.map((card) => card.outerHTML).join('');
  if (list.dataset.shown === html) return;
  list.dataset.shown = html;
  list.replaceChildren(...fresh);
}

function showSales() {
  show('sales', sales.map(saleCard), 'No sale is planned.');
}

function showOrders() {
  show('orders', orders.map(orderCard), 'None yet.');
}

start().catch((error) => {
  message.textContent = `The shop cannot be reached: ${error.message}`;
});
