import { createHash } from 'node:crypto';
import type { IdempotentHttpOptions } from '../idempotent-options';
import type { HttpRequest } from './http-exchange';

export interface RequestIdentity {
  /** The key with whose it is. */
  readonly key: string;
  /** Equal for two requests that ask for the same. */
  readonly fingerprint: string;
}

/** Tells whether a request is the repetition of another one. */
export function identifyRequest(
  request: HttpRequest,
  key: string,
  { scope }: IdempotentHttpOptions,
): RequestIdentity {
  const owner = scope ? scope(request) : userOf(request);
  const hash = createHash('sha256');
  hash.update(`${request.method} ${request.originalUrl ?? request.url}\n`);
  // Nobody gets an answer that was made for another one's credentials.
  if (owner === undefined) hash.update(`${String(request.headers['authorization'] ?? '')}\n`);
  const { body } = request;
  hash.update(Buffer.isBuffer(body) ? body : (JSON.stringify(body, sortKeys) ?? ''));
  return { key: JSON.stringify([owner ?? '', key]), fingerprint: hash.digest('base64url') };
}

function userOf({ user }: HttpRequest): string | undefined {
  const { id, sub } = (user ?? {}) as { id?: unknown; sub?: unknown };
  const name = id ?? sub;
  return typeof name === 'string' || typeof name === 'number' ? String(name) : undefined;
}

/** A client that repeats a request may write the fields of an object in another order. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields);
}
