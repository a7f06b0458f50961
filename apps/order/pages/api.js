const TOKEN_KEY = 'seckill-buyer';

/** Difference between the server's clock and this one, in ms; by the Date header of answers. */
let clockOffsetMs = 0;
let paymentUrl = '';

export function serverNow() {
  return Date.now() + clockOffsetMs;
}

/** Calls a service; throws an Error with the service's own sentence and `code`. */
export async function call(method, url, { token, body, headers = {} } = {}) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const date = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(date)) keepClock(date);
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const message = [].concat(answer.message ?? `the shop answered ${response.status}`).join('; ');
  throw Object.assign(new Error(message), { code: answer.code, status: response.status });
}

/** The header has whole seconds, so the largest difference seen is the nearest. */
function keepClock(date) {
  const offset = date - Date.now();
  if (clockOffsetMs === 0 || offset > clockOffsetMs) clockOffsetMs = offset;
}

export async function loadConfig() {
  ({ paymentUrl } = await call('GET', 'api/config'));
}

export function payment(path) {
  return `${paymentUrl}/api/payments/${path}`;
}

export function operatorPayment(saleId) {
  return `${paymentUrl}/api/operator/payments/${encodeURIComponent(saleId)}`;
}

/** The buyer that this browser is; a new one at the first visit. */
export async function buyerToken() {
  const known = localStorage.getItem(TOKEN_KEY);
  if (known) {
    const isValid = await call('GET', 'api/buyers/me', { token: known }).then(
      () => true,
      ({ status }) => status !== 401,
    );
    if (isValid) return known;
  }
  const { token } = await call('POST', 'api/buyers');
  localStorage.setItem(TOKEN_KEY, token);
  return token;
}

export function euros(cents) {
  return (cents / 100).toLocaleString('en', { style: 'currency', currency: 'EUR' });
}

/** An element with text, which is never read as markup. */
export function element(tag, className, text, children = []) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}
