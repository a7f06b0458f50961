import { RocketConfigError } from '../errors/rocket-config-error';
import type { IdempotentOptions } from './idempotent-options';

const STORES = ['db', 'redis', 'memory'];
const KNOWN_KEYS = new Set([
  'store',
  'name',
  'key',
  'ttlMs',
  'leaseMs',
  'instance',
  'http',
] satisfies (keyof IdempotentOptions)[]);

/** Throws a RocketConfigError that names the place, the key and the fix. */
export function checkIdempotentOptions(options: IdempotentOptions, place: string): void {
  const fail = (problem: string): never => {
    throw new RocketConfigError(`@Idempotent on ${place}: ${problem}`);
  };
  for (const key of Object.keys(options)) {
    if (!KNOWN_KEYS.has(key as keyof IdempotentOptions)) {
      fail(`unknown option '${key}'; known are ${[...KNOWN_KEYS].join(', ')}`);
    }
  }
  if (!STORES.includes(options.store)) {
    fail(`'store' must be one of ${STORES.join(', ')}, not ${String(options.store)}`);
  }
  if (options.key !== undefined && typeof options.key !== 'function') {
    fail(
      "'key' must be a function of the message, such as (message) => message.properties.get('orderId')",
    );
  }
  for (const name of ['ttlMs', 'leaseMs'] as const) {
    const value = options[name];
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
    fail(`'${name}' must be a whole number of milliseconds above 0, not ${String(value)}`);
  }
  if (options.store === 'db' && options.leaseMs !== undefined) {
    fail("'leaseMs' has no meaning with store 'db', whose transactions end with their process");
  }
  const { maxBodyBytes } = options.http ?? {};
  if (maxBodyBytes !== undefined && !(Number.isSafeInteger(maxBodyBytes) && maxBodyBytes >= 0)) {
    fail(`'http.maxBodyBytes' must be a whole number, not ${String(maxBodyBytes)}`);
  }
}
