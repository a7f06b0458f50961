import * as fs from 'node:fs';
import * as path from 'node:path';
import { makeTemporaryFolder, removeFolder } from '../../../test/support/temporary-folder';
import { readSeckillConfig } from './seckill-config';

const DEFAULTS = { port: 3000, schema: 'orders' };
const DATABASE_URL = 'postgres://app@127.0.0.1:5432/shop';
const read = (env: Record<string, string>) => readSeckillConfig({ DATABASE_URL, ...env }, DEFAULTS);

describe('readSeckillConfig', () => {
  it('needs a database and nothing else', () => {
    expect(read({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      namesrvAddr: '127.0.0.1:9876',
      databaseUrl: DATABASE_URL,
      databaseSchema: 'orders',
      databasePoolSize: 10,
      redisUrl: undefined,
      secret: expect.stringMatching(/^[0-9a-f]{64}$/),
      operatorToken: undefined,
      unpaidDelay: '30s',
      requestsPer10s: 100,
      paymentUrl: undefined,
      offsetsFolder: undefined,
      allowedOrigin: undefined,
    });
    expect(() => readSeckillConfig({}, DEFAULTS)).toThrow(/^DATABASE_URL is not set; write/);
  });

  it('takes every setting from the environment', () => {
    const config = read({
      PORT: '0',
      HOST: '0.0.0.0',
      NAMESRV_ADDR: 'a:9876;b:9876',
      DATABASE_SCHEMA: 'shop_2',
      DATABASE_POOL_SIZE: '4',
      REDIS_URL: 'redis://127.0.0.1:6379',
      SECKILL_SECRET: 'sixteen letters!',
      OPERATOR_TOKEN: 'operator',
      UNPAID_DELAY: '1m',
      REQUESTS_PER_10S: '7',
      PAYMENT_URL: 'http://127.0.0.1:3001',
      OFFSETS_FOLDER: '/var/lib/order',
      ALLOWED_ORIGIN: '*',
    });
    expect(config).toMatchObject({
      port: 0,
      host: '0.0.0.0',
      namesrvAddr: 'a:9876;b:9876',
      databaseSchema: 'shop_2',
      databasePoolSize: 4,
      redisUrl: 'redis://127.0.0.1:6379',
      secret: 'sixteen letters!',
      operatorToken: 'operator',
      unpaidDelay: '1m',
      requestsPer10s: 7,
      paymentUrl: 'http://127.0.0.1:3001',
      offsetsFolder: '/var/lib/order',
      allowedOrigin: '*',
    });
  });

  it('takes what is set to nothing, as compose files do, for not set', () => {
    const nothing = { REDIS_URL: '', OPERATOR_TOKEN: '', PAYMENT_URL: '', PORT: '' };
    expect(read(nothing)).toMatchObject({
      port: 3000,
      redisUrl: undefined,
      operatorToken: undefined,
      paymentUrl: undefined,
    });
    expect(() => read({ DATABASE_URL: '' })).toThrow(/DATABASE_URL is not set/);
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['DATABASE_POOL_SIZE', '0'],
    ['REQUESTS_PER_10S', '1.5'],
    ['DATABASE_SCHEMA', 'x"; DROP SCHEMA orders'],
  ])('says what is wrong with %s=%s', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(`${name} is '${value}'`);
  });

  it.each(['', 'short'])('refuses the secret %p', (secret) => {
    expect(() => read({ SECKILL_SECRET: secret })).toThrow(/shorter than 16 characters/);
  });

  it('reads the secret from a file', () => {
    const folder = makeTemporaryFolder('secret');
    try {
      const file = path.join(folder, 'secret');
      fs.writeFileSync(file, 'a secret in a volume\n');
      const env = { SECKILL_SECRET_FILE: file, SECKILL_SECRET: 'another secret, unused' };
      expect(read(env).secret).toBe('a secret in a volume');
    } finally {
      removeFolder(folder);
    }
  });
});
