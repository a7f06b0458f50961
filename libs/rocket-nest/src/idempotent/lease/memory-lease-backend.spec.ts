import { MemoryLeaseBackend } from './memory-lease-backend';

describe('MemoryLeaseBackend at its limit', () => {
  let now = 0;
  const claim = (backend: MemoryLeaseBackend, key: string) => backend.claim(key, 'me', 100);

  it('forgets the oldest finished key first, and keeps claims', async () => {
    const backend = new MemoryLeaseBackend(3, () => now);
    const claims = new Map<string, string>();
    for (const key of ['running', 'old', 'new']) {
      const { token } = (await claim(backend, key)) as { token: string };
      claims.set(key, token);
    }
    for (const key of ['old', 'new']) {
      expect(await backend.complete(key, claims.get(key)!, 1000, '')).toBe(true);
    }
    expect(await claim(backend, 'more')).toMatchObject({ status: 'CLAIMED' });
    expect(await claim(backend, 'running')).toMatchObject({ status: 'HELD' });
    expect(await claim(backend, 'new')).toMatchObject({ status: 'DONE' });
    expect(await claim(backend, 'old')).toMatchObject({ status: 'CLAIMED' });
  });

  it('refuses a claim while all are running, and takes it when one has run out', async () => {
    const backend = new MemoryLeaseBackend(2, () => now);
    await claim(backend, 'a');
    await claim(backend, 'b');
    await expect(claim(backend, 'c')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_STORE_UNAVAILABLE',
      message: expect.stringContaining('2 keys are claimed'),
    });
    now += 101;
    expect(await claim(backend, 'c')).toMatchObject({ status: 'CLAIMED' });
  });
});
