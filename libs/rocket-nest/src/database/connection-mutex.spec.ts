import { ConnectionMutex } from './connection-mutex';

describe('ConnectionMutex', () => {
  it('lets one in at a time, in the order of asking', async () => {
    const mutex = new ConnectionMutex();
    const seen: string[] = [];
    const visit = (name: string) =>
      mutex.run(async () => {
        seen.push(`${name} in`);
        await Promise.resolve();
        seen.push(`${name} out`);
      });
    await Promise.all([visit('a'), visit('b'), visit('c')]);
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
    expect(mutex.isHeld).toBe(false);
  });

  it('gives the connection on when the work fails', async () => {
    const mutex = new ConnectionMutex();
    await expect(mutex.run(() => Promise.reject(new Error('as told')))).rejects.toThrow('as told');
    await expect(mutex.run(() => Promise.resolve(1))).resolves.toBe(1);
  });

  it('refuses who waited too long, and forgets them', async () => {
    const mutex = new ConnectionMutex();
    await mutex.acquire();
    await expect(mutex.acquire(5)).rejects.toMatchObject({ code: 'CONNECTION_BUSY' });
    const patient = mutex.acquire();
    mutex.release();
    await patient;
    mutex.release();
    expect(mutex.isHeld).toBe(false);
  });
});
