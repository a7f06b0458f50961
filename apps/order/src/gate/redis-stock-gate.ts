import type { Redis } from 'ioredis';
import { FILL, FILL_MORE, RELEASE, RESERVE, UNSETTLED } from './redis-gate-scripts';
import { StockGate, type Admission, type GateFilling, type Reservation } from './stock-gate';

/** Arguments of one script call while a gate is filled. */
const FILL_CHUNK = 2000;
/** Reservations looked at in one go. */
const MAX_UNSETTLED = 1000;

/** The gate of all instances, in Redis: each step is one script, so it is whole or not at all. */
export class RedisStockGate extends StockGate {
  constructor(private readonly redis: Redis) {
    super();
  }

  async reserve({ saleId, buyerId, orderId }: Reservation): Promise<Admission> {
    return (await this.run(RESERVE, saleId, buyerId, orderId)) as Admission;
  }

  async settle({ saleId, buyerId, orderId }: Reservation): Promise<void> {
    await this.redis.zrem(pendingKey(saleId), `${buyerId} ${orderId}`);
  }

  async release(
    { saleId, buyerId, orderId }: Reservation,
    { forgetBuyer = false, keepItem = false } = {},
  ): Promise<boolean> {
    const flags = [forgetBuyer, keepItem].map((flag) => (flag ? '1' : '0'));
    return (await this.run(RELEASE, saleId, buyerId, orderId, ...flags)) === 1;
  }

  async fill(saleId: string, { remaining, orders }: GateFilling): Promise<void> {
    let chunk: string[] = [];
    for (const { buyerId, orderId, isReleased } of orders) {
      chunk.push(buyerId, isReleased ? `-${orderId}` : orderId);
      if (chunk.length < FILL_CHUNK) continue;
      if ((await this.run(FILL_MORE, saleId, ...chunk)) === 0) return;
      chunk = [];
    }
    await this.run(FILL, saleId, String(remaining), ...chunk);
  }

  async remaining(saleId: string): Promise<number | undefined> {
    const text = await this.redis.hget(gateKey(saleId), 'remaining');
    return text === null ? undefined : Number(text);
  }

  async unsettled(saleId: string, ageMs: number): Promise<Reservation[]> {
    const arguments_ = [String(ageMs), String(MAX_UNSETTLED)];
    const members = (await this.run(UNSETTLED, saleId, ...arguments_)) as string[];
    return members.map((member) => {
      const [buyerId, orderId] = member.split(' ');
      return { saleId, buyerId, orderId };
    });
  }

  private run(script: string, saleId: string, ...rest: string[]): Promise<unknown> {
    return this.redis.eval(script, 2, gateKey(saleId), pendingKey(saleId), ...rest);
  }
}

function gateKey(saleId: string): string {
  return `seckill:{${saleId}}:gate`;
}

function pendingKey(saleId: string): string {
  return `seckill:{${saleId}}:pending`;
}
