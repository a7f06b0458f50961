/** `@Idempotent` beside a consumer written by hand that sends the same statements. */
import 'reflect-metadata';
import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Redis } from 'ioredis';
import {
  Idempotent,
  ListenerWrappers,
  MessageBody,
  RocketContext,
  RocketDatabaseModule,
  RocketIdempotencyModule,
  RocketListener,
  RocketModule,
} from 'rocket-nest';
import { DataSource, EntitySchema } from 'typeorm';
import { measureByTurns } from '../measure.mjs';
import { startPostgres, startRedis } from '../servers.mjs';

/** Messages under way at a time, as a listener has them unless told otherwise. */
const CONCURRENCY = 20;
const MESSAGES = 400;
const GROUP = 'bench';

const effectSchema = new EntitySchema({
  name: 'Effect',
  tableName: 'effects',
  columns: {
    id: { type: 'integer', primary: true, generated: 'increment' },
    orderId: { type: 'text' },
  },
});

let sequence = 0;
const newMessage = () => ({
  topic: GROUP,
  properties: new Map([
    ['UNIQ_KEY', `7F000001000028A139A${(++sequence).toString(16).padStart(13, '0')}`],
    ['contentType', 'application/json'],
  ]),
  body: Buffer.from('{"id":"order-1"}'),
});

/** Has `handle` take new messages, so many at a time. */
const handling = (handle) => async () => {
  let left = MESSAGES;
  const worker = async () => {
    while (left-- > 0) await handle(newMessage());
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
};

function decorate(target, method, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(target, method);
  for (const each of decorators.reverse()) each(target, method, descriptor);
}

/** A service with one idempotent listener whose method does what `handleOf` gives. */
async function idempotentListener(store, imports, handleOf) {
  class Listener {
    constructor(source) {
      this.handle = handleOf(source);
    }
    onOrder(order) {
      return this.handle(order);
    }
  }
  Injectable()(Listener);
  Inject(store === 'db' ? DataSource : ListenerWrappers)(Listener, undefined, 0);
  MessageBody(Object)(Listener.prototype, 'onOrder', 0);
  const options = { id: 'bench', topic: GROUP, consumerGroup: GROUP, autoStart: false };
  decorate(Listener.prototype, 'onOrder', RocketListener(options), Idempotent({ store }));

  let invoke;
  class Taken {
    constructor(wrappers) {
      wrappers.add({ wrap: (_listener, next) => void (invoke = next) });
    }
  }
  Injectable()(Taken);
  Inject(ListenerWrappers)(Taken, undefined, 0);

  class AppModule {}
  Module({
    imports: [RocketModule.forRoot({ namesrvAddr: '127.0.0.1:1' }), ...imports],
    providers: [Listener, Taken],
  })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  return {
    handle: (message) => invoke(message, new RocketContext(message, GROUP, options.id)),
    close: () => app.close(),
  };
}

const dataSourceOptions = (port) => ({
  type: 'postgres',
  host: '127.0.0.1',
  port,
  username: 'app',
  database: 'postgres',
  entities: [effectSchema],
  synchronize: true,
});

const databaseListener = ({ port }) =>
  idempotentListener(
    'db',
    [
      TypeOrmModule.forRoot(dataSourceOptions(port)),
      RocketDatabaseModule.forTypeOrm({ ensureTables: true }),
    ],
    (dataSource) => {
      const effects = dataSource.getRepository(effectSchema);
      return ({ id }) => effects.insert({ orderId: id });
    },
  );

async function databaseByHand({ port }) {
  const dataSource = await new DataSource(dataSourceOptions(port)).initialize();
  await dataSource.query(
    'CREATE TABLE inbox (consumer_group VARCHAR(255), listener_id VARCHAR(255), ' +
      'message_key VARCHAR(255), created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, ' +
      'PRIMARY KEY (consumer_group, listener_id, message_key))',
  );
  await dataSource.query('CREATE INDEX inbox_expires_at ON inbox (expires_at)');
  const handle = async ({ properties, body }) => {
    const { id } = JSON.parse(body.toString());
    await dataSource.transaction(async (manager) => {
      const now = Date.now();
      const inserted = await manager.query(
        'INSERT INTO inbox VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING 1',
        [GROUP, 'bench', properties.get('UNIQ_KEY'), now, now + 604_800_000],
      );
      if (inserted.length === 0) return;
      await manager.getRepository(effectSchema).insert({ orderId: id });
    });
  };
  return { handle, close: () => dataSource.destroy() };
}

const redisListener = ({ port }) =>
  idempotentListener(
    'redis',
    [RocketIdempotencyModule.forRedis({ url: `redis://127.0.0.1:${port}` })],
    () =>
      ({ id }) =>
        Promise.resolve(id),
  );

const CLAIM = `
local held = redis.call('GET', KEYS[1])
if held then return { 'HELD', held } end
local now = redis.call('TIME')
local token = string.format('%.0f', now[1] * 1000000 + now[2]) .. ':' .. ARGV[1]
redis.call('SET', KEYS[1], 'P' .. token, 'PX', ARGV[2])
return { 'CLAIMED', token }
`;
const DONE = `
local held = redis.call('GET', KEYS[1])
if held and held ~= 'P' .. ARGV[1] then return 0 end
redis.call('SET', KEYS[1], 'D', 'PX', ARGV[2])
return 1
`;

async function redisByHand({ port }) {
  const client = new Redis({ host: '127.0.0.1', port });
  for (const script of [CLAIM, DONE]) await client.script('LOAD', script);
  const [claim, done] = [CLAIM, DONE].map((each) => createHash('sha1').update(each).digest('hex'));
  const handle = async ({ properties, body }) => {
    const { id } = JSON.parse(body.toString());
    const key = `bench:${properties.get('UNIQ_KEY')}`;
    const token = randomBytes(9).toString('base64url');
    const [status, claimed] = await client.evalsha(claim, 1, key, token, 30_000);
    if (status !== 'CLAIMED') return;
    await Promise.resolve(id);
    await client.evalsha(done, 1, key, claimed, 86_400_000);
  };
  return { handle, close: () => client.disconnect() };
}

/** Both are measured by turns on one server, when the first of them is asked for. */
function pair(name, startServer, startListener, startByHand) {
  let results;
  const compare = async () => {
    const server = await startServer();
    try {
      const both = [await startListener(server), await startByHand(server)];
      try {
        return await measureByTurns(
          MESSAGES,
          both.map(({ handle }) => handling(handle)),
        );
      } finally {
        for (const { close } of both) await close();
      }
    } finally {
      await server.stop();
    }
  };
  const of = (index) => async () => (await (results ??= compare()))[index];
  return { [`idempotent listener, ${name}`]: of(0), [`the same by hand, ${name}`]: of(1) };
}

export const cases = {
  ...pair('PostgreSQL', startPostgres, databaseListener, databaseByHand),
  ...pair('Redis', startRedis, redisListener, redisByHand),
};
