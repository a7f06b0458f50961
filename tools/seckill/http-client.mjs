import http from 'node:http';

const agents = new Map();
/** Sockets to one service; the machine has ports for a few thousand. */
const MAX_SOCKETS = 256;
const DEFAULT_TIMEOUT_MS = 30_000;

function agentOf({ host }) {
  const known = agents.get(host);
  if (known) return known;
  const agent = new http.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  agents.set(host, agent);
  return agent;
}

/**
 * One request; resolves with `{ status, body }`, status 0 when there was no answer.
 *
 * @param {string} method
 * @param {string} url
 * @param {{ token?: string, body?: unknown, headers?: Record<string, string>, clientIp?: string,
 *   timeoutMs?: number }} [options]
 */
export function request(method, url, options = {}) {
  const { token, body, headers = {}, clientIp, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const target = new URL(url);
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve) => {
    const sent = http.request(target, {
      method,
      agent: agentOf(target),
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(text
          ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
          : {}),
        // Buyers come from different addresses; the services believe a proxy on their own machine.
        ...(clientIp ? { 'x-forwarded-for': clientIp } : {}),
        ...headers,
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
    sent.once('error', () => resolve({ status: 0, body: {} }));
    sent.once('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.once('error', () => resolve({ status: 0, body: {} }));
      response.once('end', () => {
        resolve({ status: response.statusCode, body: parse(Buffer.concat(chunks)) });
      });
    });
    sent.end(text);
  });
}

function parse(bytes) {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return {};
  }
}

export function closeConnections() {
  for (const agent of agents.values()) agent.destroy();
  agents.clear();
}
