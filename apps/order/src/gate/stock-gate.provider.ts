import { Injectable, Logger, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { SECKILL_CONFIG, type SeckillConfig } from '@rocket-nest/seckill';
import { Redis } from 'ioredis';
import { MemoryStockGate } from './memory-stock-gate';
import { RedisStockGate } from './redis-stock-gate';
import { StockGate } from './stock-gate';

const COMMAND_TIMEOUT_MS = 2000;
const MAX_RECONNECT_DELAY_MS = 1000;

/** The connection to Redis, where one is configured; closed after everything that uses it. */
@Injectable()
export class GateRedis implements OnApplicationShutdown {
  constructor(readonly client: Redis | undefined) {}

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }
}

function connect({ redisUrl }: SeckillConfig): GateRedis {
  if (redisUrl === undefined) return new GateRedis(undefined);
  const logger = new Logger('StockGate');
  const client = new Redis(redisUrl, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    retryStrategy: (times) => Math.min(times * 50, MAX_RECONNECT_DELAY_MS),
  });
  client.on('error', (error: Error) => logger.warn(`Redis: ${error.message}`));
  return new GateRedis(client);
}

/** Redis where it is configured, else this process' memory. */
export const stockGateProviders: Provider[] = [
  { provide: GateRedis, useFactory: connect, inject: [SECKILL_CONFIG] },
  {
    provide: StockGate,
    useFactory: ({ client }: GateRedis) =>
      client ? new RedisStockGate(client) : new MemoryStockGate(),
    inject: [GateRedis],
  },
];
