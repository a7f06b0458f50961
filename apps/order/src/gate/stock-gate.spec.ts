import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { waitFor } from '../../../../test/support/polling';
import { RedisServer } from '../../../../test/support/redis-server';
import { MemoryStockGate } from './memory-stock-gate';
import { RedisStockGate } from './redis-stock-gate';
import type { Reservation, StockGate } from './stock-gate';

describe('the gate in memory', () => describeGate(() => new MemoryStockGate()));

describe('the gate in Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.url, { maxRetriesPerRequest: 1 });
    redis.on('error', () => undefined);
  });
  afterAll(async () => {
    redis?.disconnect();
    await server?.stop();
  });

  describeGate(() => new RedisStockGate(redis));

  it('is one for all instances, however many buyers come at once', async () => {
    const saleId = randomUUID();
    const gates = [new RedisStockGate(redis), new RedisStockGate(redis)];
    await gates[0].fill(saleId, { remaining: 7, orders: [] });
    const admissions = await Promise.all(
      Array.from({ length: 60 }, (_, n) => gates[n % 2].reserve(reservationOf(saleId))),
    );
    expect(admissions.filter((each) => each === 'ADMITTED')).toHaveLength(7);
    expect(admissions.filter((each) => each === 'SOLD_OUT')).toHaveLength(53);
    expect(await gates[1].remaining(saleId)).toBe(0);
  });

  it('is filled in parts when there are many orders', async () => {
    const saleId = randomUUID();
    const gate = new RedisStockGate(redis);
    const orders = Array.from({ length: 2500 }, (_, n) => ({
      buyerId: `buyer-${n}`,
      orderId: `order-${n}`,
      isReleased: false,
    }));
    await gate.fill(saleId, { remaining: 3, orders });
    for (const { buyerId } of [orders[0], orders[999], orders[1000], orders[2499]]) {
      expect(await gate.reserve(reservationOf(saleId, buyerId))).toBe('ALREADY_BOUGHT');
    }
    expect(await gate.reserve(reservationOf(saleId))).toBe('ADMITTED');
  });

  it('is empty after Redis has lost its memory', async () => {
    const saleId = randomUUID();
    const gate = new RedisStockGate(redis);
    await gate.fill(saleId, { remaining: 3, orders: [] });
    await server.kill();
    await server.restart();
    await waitFor('Redis to be back', () => redis.ping().then(Boolean, () => false));
    expect(await gate.reserve(reservationOf(saleId))).toBe('EMPTY');
    expect(await gate.remaining(saleId)).toBeUndefined();
  });
});

function reservationOf(saleId: string, buyerId: string = randomUUID()): Reservation {
  return { saleId, buyerId, orderId: randomUUID() };
}

/** What every gate promises. */
function describeGate(create: () => StockGate): void {
  let gate: StockGate;
  let saleId: string;
  const admitted = async (): Promise<Reservation> => {
    const reservation = reservationOf(saleId);
    expect(await gate.reserve(reservation)).toBe('ADMITTED');
    return reservation;
  };
  beforeEach(() => {
    gate = create();
    saleId = randomUUID();
  });

  it('knows nothing of a sale before it is filled', async () => {
    expect(await gate.reserve(reservationOf(saleId))).toBe('EMPTY');
    expect(await gate.remaining(saleId)).toBeUndefined();
    expect(await gate.release(reservationOf(saleId))).toBe(false);
    expect(await gate.unsettled(saleId, 0)).toEqual([]);
  });

  it('lets as many through as there are items', async () => {
    await gate.fill(saleId, { remaining: 2, orders: [] });
    await admitted();
    await admitted();
    expect(await gate.reserve(reservationOf(saleId))).toBe('SOLD_OUT');
    expect(await gate.remaining(saleId)).toBe(0);
  });

  it('lets a buyer through once', async () => {
    await gate.fill(saleId, { remaining: 2, orders: [] });
    const { buyerId } = await admitted();
    expect(await gate.reserve(reservationOf(saleId, buyerId))).toBe('ALREADY_BOUGHT');
    expect(await gate.remaining(saleId)).toBe(1);
  });

  it('keeps sales apart', async () => {
    const other = randomUUID();
    await gate.fill(saleId, { remaining: 1, orders: [] });
    await gate.fill(other, { remaining: 1, orders: [] });
    const { buyerId } = await admitted();
    expect(await gate.reserve(reservationOf(other, buyerId))).toBe('ADMITTED');
  });

  it('takes the item of an order back once', async () => {
    await gate.fill(saleId, { remaining: 1, orders: [] });
    const reservation = await admitted();
    expect(await gate.release(reservation)).toBe(true);
    expect(await gate.release(reservation)).toBe(false);
    expect(await gate.remaining(saleId)).toBe(1);
    const again = reservationOf(saleId, reservation.buyerId);
    expect(await gate.reserve(again)).toBe('ALREADY_BOUGHT');
  });

  it('takes nothing back for an order that is not the one of the buyer', async () => {
    await gate.fill(saleId, { remaining: 1, orders: [] });
    const { buyerId } = await admitted();
    expect(await gate.release(reservationOf(saleId, buyerId))).toBe(false);
    expect(await gate.release(reservationOf(saleId))).toBe(false);
    expect(await gate.remaining(saleId)).toBe(0);
  });

  it('forgets a buyer whose order was not placed, who may try again', async () => {
    await gate.fill(saleId, { remaining: 1, orders: [] });
    const first = await admitted();
    expect(await gate.release(first, { forgetBuyer: true })).toBe(true);
    const second = reservationOf(saleId, first.buyerId);
    expect(await gate.reserve(second)).toBe('ADMITTED');
    expect(await gate.release(first)).toBe(false);
    expect(await gate.remaining(saleId)).toBe(0);
  });

  it('does not sell again what the database does not have', async () => {
    await gate.fill(saleId, { remaining: 2, orders: [] });
    const reservation = await admitted();
    const how = { forgetBuyer: true, keepItem: true };
    expect(await gate.release(reservation, how)).toBe(true);
    expect(await gate.remaining(saleId)).toBe(1);
    expect(await gate.unsettled(saleId, 0)).toEqual([]);
  });

  it('is filled only while it is empty', async () => {
    await gate.fill(saleId, { remaining: 5, orders: [] });
    await admitted();
    await gate.fill(saleId, { remaining: 99, orders: [] });
    expect(await gate.remaining(saleId)).toBe(4);
  });

  it('knows from the database who has bought, and whose item is back already', async () => {
    const [standing, cancelled] = [reservationOf(saleId), reservationOf(saleId)];
    const orders = [
      { ...standing, isReleased: false },
      { ...cancelled, isReleased: true },
    ];
    await gate.fill(saleId, { remaining: 1, orders });
    for (const { buyerId } of orders) {
      expect(await gate.reserve(reservationOf(saleId, buyerId))).toBe('ALREADY_BOUGHT');
    }
    expect(await gate.release(cancelled)).toBe(false);
    expect(await gate.release(standing)).toBe(true);
    expect(await gate.remaining(saleId)).toBe(2);
  });

  it('tells which reservations were left neither settled nor released', async () => {
    await gate.fill(saleId, { remaining: 5, orders: [] });
    const [settled, released, left] = [await admitted(), await admitted(), await admitted()];
    await gate.settle(settled);
    await gate.release(released, { forgetBuyer: true });
    expect(await gate.unsettled(saleId, 0)).toEqual([left]);
    expect(await gate.unsettled(saleId, 3_600_000)).toEqual([]);
  });
}
