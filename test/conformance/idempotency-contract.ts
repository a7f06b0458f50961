import { randomUUID } from 'node:crypto';
import { RejectToDlq, RetryLater, type IdempotencyScope } from 'rocket-nest';
import { waitFor } from '../support/polling';
import type { IdempotencyBackend, ServiceInstance } from './idempotency-backend';

const KEYS = Number(process.env.IDEMPOTENCY_KEYS ?? 1000);
const DUPLICATES = 8;
/** Keys under way at a time: connection pools have ten connections. */
const KEYS_AT_A_TIME = 16;
const TTL_MS = 600_000;
const LEASE_MS = 30_000;

export const scopeOf = (key: string): IdempotencyScope => ({
  group: 'payment',
  listener: 'paid',
  key,
});

export const runOf = (key: string, leaseMs = LEASE_MS, ttlMs = TTL_MS) => ({
  scope: scopeOf(key),
  leaseMs,
  ttlMs,
});

/** A promise with its ends outside. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** What every store promises; `backendOf` gives the one that a `beforeAll` has started. */
export function describeIdempotencyContract(backendOf: () => IdempotencyBackend): void {
  let one: ServiceInstance;
  let other: ServiceInstance;
  beforeAll(async () => {
    one = await backendOf().newInstance();
    other = await backendOf().newInstance();
  });

  it('runs a key once, and gives what was kept of it to duplicates everywhere', async () => {
    const key = randomUUID();
    const first = await one.store.run(
      runOf(key),
      async () => {
        await one.addEffect(key);
        return { paid: 'ü 7' };
      },
      JSON.stringify,
    );
    expect(first).toEqual({ status: 'EXECUTED', value: { paid: 'ü 7' } });
    for (const { store, addEffect } of [one, other]) {
      const again = await store.run(runOf(key), () => addEffect(key));
      expect(again).toEqual({ status: 'DUPLICATE', result: '{"paid":"ü 7"}' });
    }
    expect((await backendOf().effects()).get(key)).toBe(1);
  });

  it.each<[string, () => Error]>([
    ['an error', () => new Error('no stock')],
    ['RetryLater', () => new RetryLater('30s')],
    ['RejectToDlq', () => new RejectToDlq('never')],
  ])('frees the key when the work throws %s, which passes', async (_name, make) => {
    const key = randomUUID();
    const error = make();
    const failing = one.store.run(runOf(key), () => Promise.reject(error));
    await expect(failing).rejects.toBe(error);
    const again = await other.store.run(runOf(key), () => other.addEffect(key));
    expect(again.status).toBe('EXECUTED');
    expect((await backendOf().effects()).get(key)).toBe(1);
  });

  it('keeps apart keys that differ at all, and the same key of other scopes', async () => {
    const key = randomUUID();
    const keys = [key, key.toUpperCase(), `${key} `, `${key}\0`, `${key}\u00e9`, `${key}e\u0301`];
    const long = ['x', 'y'].map((end) => key.repeat(30) + end);
    const scopes: IdempotencyScope[] = [
      ...[...keys, ...long].map(scopeOf),
      { ...scopeOf(key), group: 'other' },
      { ...scopeOf(key), listener: 'other' },
      { ...scopeOf(key), instance: 'pod-1' },
      { ...scopeOf(key), instance: 'pod-2' },
    ];
    for (const expected of ['EXECUTED', 'DUPLICATE']) {
      for (const scope of scopes) {
        const run = { ...runOf(key), scope };
        const outcome = await one.store.run(run, () => Promise.resolve());
        expect([scope, outcome.status]).toEqual([scope, expected]);
      }
    }
  });

  it('runs no second one while the first runs', async () => {
    const key = randomUUID();
    const running = gate();
    const end = gate();
    const first = one.store.run(runOf(key), async () => {
      await one.addEffect(key);
      running.open();
      await end.opened;
    });
    await running.opened;
    // On MySQL it waits for the row of the first.
    const second = other.store.run(runOf(key), () => other.addEffect(key));
    const early = await Promise.race([second, one.store.run(runOf(key), () => Promise.resolve())]);
    expect(early.status).toBe('IN_PROGRESS');
    end.open();
    expect((await first).status).toBe('EXECUTED');
    expect(['IN_PROGRESS', 'DUPLICATE']).toContain((await second).status);
    expect((await backendOf().effects()).get(key)).toBe(1);
  });

  it('lets the second one run when the first fails', async () => {
    const key = randomUUID();
    const running = gate();
    const end = gate();
    const first = one.store.run(runOf(key), async () => {
      running.open();
      await end.opened;
      throw new Error('failed');
    });
    await running.opened;
    const second = other.store.run(runOf(key), () => other.addEffect(key));
    end.open();
    await expect(first).rejects.toThrow('failed');
    if ((await second).status !== 'EXECUTED') {
      expect((await other.store.run(runOf(key), () => other.addEffect(key))).status).toBe(
        'EXECUTED',
      );
    }
    expect((await backendOf().effects()).get(key)).toBe(1);
  });

  it(`has one effect for each of ${KEYS} keys, ${DUPLICATES} duplicates of each at once`, async () => {
    const prefix = randomUUID();
    const counts = { EXECUTED: 0, DUPLICATE: 0, IN_PROGRESS: 0 };
    const deliver = async ({ store, addEffect }: ServiceInstance, key: string): Promise<void> => {
      // As a broker does: what is in progress comes again.
      await waitFor(`${key} to be done`, async () => {
        const { status } = await store.run(runOf(key), () => addEffect(key));
        counts[status]++;
        return status !== 'IN_PROGRESS';
      });
    };
    const instances = Array.from({ length: DUPLICATES }, (_, i) => (i % 2 === 0 ? one : other));
    const keys = Array.from({ length: KEYS }, (_, i) => `${prefix}-${i}`);
    const worker = async (): Promise<void> => {
      for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
        const name = key;
        await Promise.all(instances.map((instance) => deliver(instance, name)));
      }
    };
    await Promise.all(Array.from({ length: KEYS_AT_A_TIME }, worker));

    const effects = [...(await backendOf().effects())].filter(([key]) => key.startsWith(prefix));
    expect(effects).toHaveLength(KEYS);
    expect(effects.filter(([, times]) => times !== 1)).toEqual([]);
    expect(counts).toMatchObject({ EXECUTED: KEYS, DUPLICATE: KEYS * (DUPLICATES - 1) });
  }, 120_000);
}
