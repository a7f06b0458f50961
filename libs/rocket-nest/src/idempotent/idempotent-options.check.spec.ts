import { checkIdempotentOptions } from './idempotent-options.check';
import type { IdempotentOptions } from './idempotent-options';

describe('checkIdempotentOptions', () => {
  it.each<[string, object, RegExp]>([
    ['an unknown store', { store: 'file' }, /'store' must be one of db, redis, memory, not file/],
    ['a misspelt key', { store: 'db', ttl: 5 }, /unknown option 'ttl'; known are store, name/],
    ['no time at all', { store: 'redis', leaseMs: 0 }, /'leaseMs' must be a whole number .* not 0/],
    [
      'a lease of a database',
      { store: 'db', leaseMs: 5 },
      /'leaseMs' has no meaning with store 'db'/,
    ],
    ['a key that is no function', { store: 'db', key: 'id' }, /'key' must be a function/],
    ['a negative bound', { store: 'db', http: { maxBodyBytes: -1 } }, /http.maxBodyBytes/],
  ])('refuses %s, naming the method', (_name, options, text) => {
    const check = (): void => checkIdempotentOptions(options as IdempotentOptions, 'Shop.onPaid');
    expect(check).toThrow(text);
    expect(check).toThrow('@Idempotent on Shop.onPaid: ');
  });

  it('takes what the documentation shows', () => {
    const options: IdempotentOptions = {
      store: 'redis',
      name: 'cache',
      key: (message) => message.properties.get('orderId'),
      ttlMs: 60_000,
      leaseMs: 5000,
    };
    expect(() => checkIdempotentOptions(options, 'Shop.onPaid')).not.toThrow();
  });
});
