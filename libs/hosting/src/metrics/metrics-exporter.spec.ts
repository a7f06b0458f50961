import { createServer } from 'node:net';
import { Limits } from '@rocket-nest/common/internal';
import { limitHits } from './limit-hits';
import type { MetricFamily, MetricSample } from './metric-family';
import { MetricsExporter } from './metrics-exporter';

const FAMILY: MetricFamily = {
  name: 'rocketmq_messages_in_total',
  help: 'Messages stored.',
  type: 'counter',
  *samples(): Generator<MetricSample> {
    yield { labels: { topic: 'a"b\\c\nd', is_system: false }, value: 3 };
    for (let i = 0; i < 1_200; i++) yield { labels: { topic: `t${i}` }, value: i };
  },
};

describe('MetricsExporter', () => {
  const limits = new Limits();
  let exporter: MetricsExporter | undefined;
  let isUp = true;
  const start = async (port = 0): Promise<MetricsExporter> => {
    exporter = new MetricsExporter({
      host: '127.0.0.1',
      port,
      families: [FAMILY, limitHits(limits)],
      health: () => ({ store: isUp ? 'up' : 'down' }),
    });
    await exporter.start();
    return exporter;
  };
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`http://127.0.0.1:${exporter?.port}${path}`, init);
    return { status: response.status, body: await response.text() };
  };
  afterEach(async () => {
    await exporter?.shutdown();
    exporter = undefined;
  });

  test('serves families, limits, the process and the loop in text form', async () => {
    limits.hit('heldPulls', 2);
    await start();
    const { status, body } = await get('/metrics');
    const lines = body.split('\n');
    expect(status).toBe(200);
    expect(lines).toEqual(
      expect.arrayContaining([
        '# HELP rocketmq_messages_in_total Messages stored.',
        '# TYPE rocketmq_messages_in_total counter',
        'rocketmq_messages_in_total{topic="a\\"b\\\\c\\nd",is_system="false"} 3',
        'rocketmq_messages_in_total{topic="t1199"} 1199',
        'rocket_nest_limit_hits_total{limit="heldPulls"} 2',
      ]),
    );
    expect(lines.filter((line) => line.startsWith('rocketmq_messages_in_total{'))).toHaveLength(
      1_201,
    );
    expect(body).toMatch(/^rocket_nest_event_loop_stall_seconds\{quantile="0\.99"\} [\d.e-]+$/m);
    expect(body).toMatch(/^process_cpu_seconds_total /m);
    expect((await get('/metrics')).body).toContain('process_cpu_seconds_total');
  });

  test('health is 200 while every part is up, else 503', async () => {
    await start();
    const up = { status: 'ok', details: { store: 'up' } };
    expect(await get('/health')).toEqual({ status: 200, body: JSON.stringify(up) });
    isUp = false;
    const down = { status: 'error', details: { store: 'down' } };
    expect(await get('/health')).toEqual({ status: 503, body: JSON.stringify(down) });
    isUp = true;
  });

  test('nothing else is served', async () => {
    await start();
    expect((await get('/')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST' })).status).toBe(405);
  });

  test('a port that is taken is named with what to change', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as { port: number };
    await expect(start(port)).rejects.toMatchObject({
      code: 'METRICS_BIND_FAILED',
      message: expect.stringMatching(new RegExp(`:${port}.*metricsPromExporterPort`)),
    });
    exporter = undefined;
    await new Promise((resolve) => blocker.close(resolve));
  });
});
