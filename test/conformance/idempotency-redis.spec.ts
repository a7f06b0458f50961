import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { getIdempotencyRedisToken, type LeaseBackend, MemoryLeaseBackend } from 'rocket-nest';
import { waitFor } from '../support/polling';
import { RedisServer } from '../support/redis-server';
import { type IdempotencyBackend, leaseBackend, type ServiceInstance } from './idempotency-backend';
import { describeIdempotencyContract, gate, runOf } from './idempotency-contract';

const SHORT_LEASE_MS = 150;

describe('idempotency in Redis', () => {
  let server: RedisServer;
  let backend: IdempotencyBackend;
  let one: ServiceInstance;
  let other: ServiceInstance;
  let redis: Redis;
  beforeAll(async () => {
    server = await RedisServer.start();
    backend = leaseBackend('redis', server.url);
    one = await backend.newInstance();
    other = await backend.newInstance();
    redis = new Redis(server.url, { maxRetriesPerRequest: 1 });
    redis.on('error', () => undefined);
  });
  afterAll(async () => {
    redis?.disconnect();
    await backend?.stop();
    await server?.stop();
  });

  describeIdempotencyContract(() => backend);

  /** Begins work for a key that goes on until `end`; resolves when it runs. */
  async function begin(key: string, leaseMs: number) {
    const running = gate();
    const end = gate();
    const outcome = one.store.run(runOf(key, leaseMs), async () => {
      await one.addEffect(key);
      running.open();
      await end.opened;
    });
    await running.opened;
    return { outcome, end: end.open };
  }
  const redisKeyOf = (key: string): string => `rocket-nest:idempotent:payment:paid::${key}`;
  const tryOther = async (key: string): Promise<string> =>
    (await other.store.run(runOf(key), () => other.addEffect(key))).status;

  it('keeps a claim while a handler runs longer than its lease', async () => {
    const key = randomUUID();
    const { outcome, end } = await begin(key, SHORT_LEASE_MS);
    const until = performance.now() + 4 * SHORT_LEASE_MS;
    await waitFor('four leases', async () => {
      expect(await tryOther(key)).toBe('IN_PROGRESS');
      return performance.now() > until;
    });
    end();
    expect((await outcome).status).toBe('EXECUTED');
    expect(await tryOther(key)).toBe('DUPLICATE');
  });

  it('forgets a finished key after its TTL, and not before', async () => {
    const key = randomUUID();
    await one.store.run(runOf(key, 1000, 5_000_000), () => Promise.resolve());
    const left = await redis.pttl(redisKeyOf(key));
    expect(left).toBeGreaterThan(4_000_000);
    expect(left).toBeLessThanOrEqual(5_000_000);
    const short = randomUUID();
    await one.store.run(runOf(short, 1000, 50), () => Promise.resolve());
    await waitFor('the TTL', async () => (await tryOther(short)) === 'EXECUTED');
  });

  it('takes its claim back when Redis was flushed while the handler runs', async () => {
    const key = randomUUID();
    const { outcome, end } = await begin(key, SHORT_LEASE_MS);
    await redis.flushall();
    await waitFor('the renewal', async () => (await redis.exists(redisKeyOf(key))) === 1);
    expect(await tryOther(key)).toBe('IN_PROGRESS');
    end();
    expect((await outcome).status).toBe('EXECUTED');
    expect(await tryOther(key)).toBe('DUPLICATE');
  });

  it('works on when the server has forgotten the scripts', async () => {
    await redis.script('FLUSH');
    const key = randomUUID();
    expect(await tryOther(key)).toBe('EXECUTED');
    expect(await tryOther(key)).toBe('DUPLICATE');
  });

  it('finds its own claim when a client sends the command twice', async () => {
    const claims = one.app.get<LeaseBackend>(getIdempotencyRedisToken());
    const first = await claims.claim('twice', 'me', 60_000);
    expect(first.status).toBe('CLAIMED');
    expect(await claims.claim('twice', 'me', 60_000)).toEqual(first);
    expect((await claims.claim('twice', 'you', 60_000)).status).toBe('HELD');
  });

  it('runs a key again after a flush: what Redis lost it cannot know', async () => {
    const key = randomUUID();
    expect(await tryOther(key)).toBe('EXECUTED');
    await redis.flushall();
    expect(await tryOther(key)).toBe('EXECUTED');
    expect((await backend.effects()).get(key)).toBe(2);
  });

  it('marks no key done that another one has claimed meanwhile, and says so', async () => {
    const key = randomUUID();
    const { outcome, end } = await begin(key, 60_000);
    // As after a pause of the whole process longer than the lease.
    await redis.del(redisKeyOf(key));
    const second = gate();
    const running = gate();
    const rerun = other.store.run(runOf(key), async () => {
      running.open();
      await second.opened;
    });
    await running.opened;
    end();
    expect((await outcome).status).toBe('EXECUTED');
    expect(one.events).toContain('lost');
    const third = await one.store.run(runOf(key), () => Promise.resolve());
    expect(third.status).toBe('IN_PROGRESS');
    second.open();
    expect((await rerun).status).toBe('EXECUTED');
    expect(await tryOther(key)).toBe('DUPLICATE');
  });

  describe('killed', () => {
    it('has nothing run, says that it is unavailable, and works again after a restart', async () => {
      const key = randomUUID();
      await server.kill();
      await expect(tryOther(key)).rejects.toMatchObject({
        code: 'IDEMPOTENCY_STORE_UNAVAILABLE',
        message: expect.stringContaining('Redis'),
      });
      expect((await backend.effects()).has(key)).toBe(false);
      await server.restart();
      await waitFor('a connection', async () => {
        const status = await tryOther(key).catch(() => undefined);
        return status !== undefined;
      });
      expect((await backend.effects()).get(key)).toBe(1);
    });

    it('under a running handler has its effect acknowledged, and says that it is not marked', async () => {
      await waitFor('a connection', () => one.app !== undefined && redis.ping().then(() => true));
      const key = randomUUID();
      const { outcome, end } = await begin(key, 60_000);
      await server.kill();
      end();
      expect((await outcome).status).toBe('EXECUTED');
      expect(one.events).toContain('unmarked');
      await server.restart();
    });
  });
});

describe.each(['memory', 'redis'])('claims in %s', (kind) => {
  let server: RedisServer | undefined;
  let service: IdempotencyBackend | undefined;
  let claims: LeaseBackend;
  beforeAll(async () => {
    if (kind === 'memory') {
      claims = new MemoryLeaseBackend();
      return;
    }
    server = await RedisServer.start();
    service = leaseBackend('redis', server.url);
    claims = (await service.newInstance()).app.get(getIdempotencyRedisToken());
  });
  afterAll(async () => {
    await service?.stop();
    await server?.stop();
  });

  async function claimed(key: string, owner: string, leaseMs: number): Promise<string> {
    let token = '';
    await waitFor('a claim', async () => {
      const claim = await claims.claim(key, owner, leaseMs);
      if (claim.status === 'CLAIMED') token = claim.token;
      return claim.status === 'CLAIMED';
    });
    return token;
  }

  it('cannot be finished, renewed or released by a stale worker', async () => {
    const key = randomUUID();
    const stale = await claimed(key, 'stale', 20);
    const current = await claimed(key, 'current', 60_000);
    expect(parseInt(current)).toBeGreaterThan(parseInt(stale));
    expect(await claims.renew(key, stale, 60_000)).toBe(false);
    expect(await claims.complete(key, stale, 60_000, 'stale')).toBe(false);
    await claims.release(key, stale);
    expect(await claims.claim(key, 'third', 60_000)).toMatchObject({ status: 'HELD' });

    expect(await claims.complete(key, current, 60_000, 'current')).toBe(true);
    expect(await claims.complete(key, stale, 60_000, 'stale')).toBe(false);
    await claims.release(key, stale);
    await claims.release(key, current);
    expect(await claims.claim(key, 'third', 60_000)).toEqual({ status: 'DONE', result: 'current' });
  });

  it('tell how long the lease of another one lasts', async () => {
    const key = randomUUID();
    await claimed(key, 'me', 60_000);
    const held = await claims.claim(key, 'you', 60_000);
    expect(held).toMatchObject({ status: 'HELD', remainingMs: expect.any(Number) });
    const { remainingMs } = held as { remainingMs: number };
    expect(remainingMs).toBeGreaterThan(30_000);
    expect(remainingMs).toBeLessThanOrEqual(60_000);
  });

  it('of one key grow, also when it was free in between', async () => {
    const key = randomUUID();
    const first = await claimed(key, 'a', 60_000);
    await claims.release(key, first);
    const second = await claimed(key, 'b', 60_000);
    expect(parseInt(second)).toBeGreaterThan(parseInt(first));
  });
});
