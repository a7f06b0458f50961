import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { RocketConfigError } from '../../errors/rocket-config-error';
import type { OwnedRedisClient, RedisClient } from './redis-client';
import type { IdempotencyRedisOptions } from './redis-options';

interface IoRedisModule {
  readonly Redis: new (options: object) => OwnedRedisClient;
}

/**
 * A command waits for one new connection at most, then it fails and its message is retried: messages
 * wait in the broker, not here.
 */
const RETRIES_PER_COMMAND = 1;

/** The client of one Redis: the application's, or one that is made when it is first needed. */
export class RedisConnection implements OnApplicationShutdown {
  private readonly logger = new Logger('IdempotencyRedis');
  private owned: OwnedRedisClient | undefined;
  private lastProblem = '';

  constructor(private readonly options: IdempotencyRedisOptions) {
    const given = [options.url, options.options, options.client].filter(
      (each) => each !== undefined,
    );
    if (given.length !== 1) {
      throw new RocketConfigError(
        "RocketIdempotencyModule.forRedis needs one of 'url', 'options' and 'client'",
      );
    }
  }

  client(): RedisClient {
    return this.options.client ?? (this.owned ??= this.connect());
  }

  /** By then the listeners have ended. */
  onApplicationShutdown(): void {
    this.owned?.disconnect();
    this.owned = undefined;
  }

  private connect(): OwnedRedisClient {
    const { url, options } = this.options;
    const client = new (loadIoRedis().Redis)({
      maxRetriesPerRequest: RETRIES_PER_COMMAND,
      ...(url === undefined ? options : optionsOf(url)),
    });
    client.on('error', (error) => this.warn(error));
    return client;
  }

  /** ioredis tells of every attempt to connect; the log says it once. */
  private warn(error: Error): void {
    const problem = String(error);
    if (problem !== this.lastProblem) this.logger.warn(`connection to Redis: ${problem}`);
    this.lastProblem = problem;
  }
}

function loadIoRedis(): IoRedisModule {
  try {
    // A native import() fails inside Jest, so the optional peer is loaded by require.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require('ioredis') as IoRedisModule;
  } catch (cause) {
    throw new RocketConfigError(
      `RocketIdempotencyModule.forRedis needs the package ioredis (npm install ioredis): ${String(cause)}`,
    );
  }
}

function optionsOf(text: string): object {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'redis:' && url?.protocol !== 'rediss:') {
    throw new RocketConfigError(
      "RocketIdempotencyModule.forRedis: 'url' must be of the form redis://user:password@host:6379/0",
    );
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(url.port || 6379),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.pathname.length > 1 ? { db: Number(url.pathname.slice(1)) } : {}),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}
