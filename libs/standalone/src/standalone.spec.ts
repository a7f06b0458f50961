import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Standalone } from './standalone';

describe('Standalone', () => {
  const started: Standalone[] = [];
  const create = (options?: ConstructorParameters<typeof Standalone>[0]) => {
    const standalone = new Standalone(options);
    started.push(standalone);
    return standalone;
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((standalone) => standalone.shutdown()));
  });

  test('once started, the name server knows the broker; its temporary folder goes at the end', async () => {
    const standalone = create();
    const { namesrvAddr, brokerAddr, folder } = await standalone.start();
    expect(namesrvAddr).toMatch(/^127\.0\.0\.1:\d+$/);
    const route = standalone.namesrv?.routeInfoManager.pickupTopicRouteData('TBW102');
    expect([...(route?.brokerDatas[0]?.brokerAddrs?.values() ?? [])]).toEqual([brokerAddr]);
    expect(existsSync(folder)).toBe(true);
    await standalone.shutdown();
    expect(existsSync(folder)).toBe(false);
    expect(standalone.broker).toBeUndefined();
  });

  test('starting twice is starting once; it can start again after a shutdown', async () => {
    const standalone = create();
    expect(await standalone.start()).toEqual(await standalone.start());
    await standalone.shutdown();
    await standalone.shutdown();
    expect((await standalone.start()).namesrvAddr).toBeDefined();
  });

  test('two of them do not touch each other', async () => {
    const [first, second] = [create(), create()];
    const [a, b] = await Promise.all([first.start(), second.start()]);
    expect(new Set([a.namesrvAddr, a.brokerAddr, b.namesrvAddr, b.brokerAddr]).size).toBe(4);
    await first.shutdown();
    expect(second.namesrv?.routeInfoManager.sizes.brokers).toBe(1);
  });

  test('a folder that was given is kept, and used by one at a time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'standalone-'));
    try {
      const standalone = create({ folder });
      expect((await standalone.start()).folder).toBe(folder);
      await expect(create({ folder }).start()).rejects.toMatchObject({ code: expect.any(String) });
      await standalone.shutdown();
      expect(readdirSync(folder)).toContain('store');
      expect((await create({ folder }).start()).folder).toBe(folder);
    } finally {
      await Promise.all(started.splice(0).map((one) => one.shutdown()));
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a port that is taken is named, and nothing is left behind', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as { port: number };
    const { TMPDIR } = process.env;
    const temporary = mkdtempSync(join(tmpdir(), 'standalone-'));
    process.env.TMPDIR = temporary;
    try {
      const standalone = create({ brokerPort: port });
      await expect(standalone.start()).rejects.toMatchObject({
        code: 'BIND_FAILED',
        message: expect.stringContaining(String(port)),
      });
      expect(standalone.namesrv).toBeUndefined();
      expect(readdirSync(temporary)).toEqual([]);
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
      rmSync(temporary, { recursive: true, force: true });
      await new Promise((resolve) => blocker.close(resolve));
    }
  });

  test('properties are checked', async () => {
    const wrong = create({ brokerProperties: { flushDiskType: 'SOMETIMES' } });
    await expect(wrong.start()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('flushDiskType'),
    });
    const exposed = create({ host: '0.0.0.0' });
    await expect(exposed.start()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
