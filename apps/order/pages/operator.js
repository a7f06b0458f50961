import { call, element, euros, loadConfig, operatorPayment } from './api.js';

const EVERY_MS = 1000;
const TOKEN_KEY = 'seckill-operator';
const message = document.getElementById('message');

async function start() {
  await loadConfig();
  for (;;) {
    await look().then(
      () => (message.textContent = ''),
      (error) => failed(error),
    );
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** An installation with an OPERATOR_TOKEN asks for it once. */
function failed(error) {
  message.textContent = error.message;
  if (error.status !== 401) return;
  const token = prompt('Operator token');
  if (token) localStorage.setItem(TOKEN_KEY, token);
}

const ask = (method, url) => call(method, url, { token: localStorage.getItem(TOKEN_KEY) });

async function look() {
  const [sales, groups] = await Promise.all([
    ask('GET', 'api/operator/sales'),
    ask('GET', 'api/operator/groups'),
  ]);
  const payments = await Promise.all(
    sales.map(({ sale }) => ask('GET', operatorPayment(sale.id)).catch(() => undefined)),
  );
  fill(
    'sales',
    sales.map((overview, index) => saleRow(overview, payments[index])),
  );
  fill('groups', groups.map(groupRow));
}

function saleRow({ sale, gateRemaining, orders, confirmedCents }, payments) {
  const money = (part) => (part ? `${part.count} · ${euros(part.cents)}` : '?');
  return row(sale.id, [
    sale.title,
    sale.stock,
    sale.remaining,
    gateRemaining ?? 'empty',
    orders.CREATED,
    `${orders.CONFIRMED} · ${euros(confirmedCents)}`,
    orders.CANCELLED,
    money(payments?.PAID),
    money(payments?.REFUNDED),
  ]);
}

function groupRow({ group, lag, deadLetters }) {
  const made = row(group, [group, lag ?? '?', deadLetters]);
  const button = element('button', 'replay', 'Replay');
  button.disabled = deadLetters === 0;
  button.addEventListener('click', () => void replay(group, button));
  made.append(element('td', '', undefined, [button]));
  return made;
}

async function replay(group, button) {
  button.disabled = true;
  await ask('POST', `api/operator/groups/${encodeURIComponent(group)}/replay`).catch(failed);
  // Even when the same number has died again by then, the button has to be a new one.
  document.querySelector('#groups tbody').dataset.shown = '';
}

function row(key, cells) {
  const made = element(
    'tr',
    '',
    undefined,
    cells.map((cell) => element('td', '', String(cell))),
  );
  made.dataset.key = key;
  return made;
}

function fill(id, rows) {
  const body = document.querySelector(`#${id} tbody`);
  const html = rows.map((each) => each.outerHTML).join('');
  if (body.dataset.shown === html) return;
  body.dataset.shown = html;
  body.replaceChildren(...rows);
}

void start();
