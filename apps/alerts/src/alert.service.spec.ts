import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { alertKey, readAlerts, type Alert } from './alert';
import { AlertService } from './alert.service';
import { bodyOf, Webhook, type WebhookKind } from './webhook';

const START_MS = Date.parse('2030-01-01T00:00:00Z');
const MINUTE_MS = 60_000;

const alertOf = (alertname: string, endsAtMs = START_MS + 10 * MINUTE_MS): Alert => ({
  labels: { alertname, severity: 'warning' },
  annotations: { summary: `${alertname} happens`, fix: 'mend it' },
  endsAt: new Date(endsAtMs).toISOString(),
});

describe('AlertService', () => {
  /** A chat that takes what comes, or refuses with a status. */
  const told: { text: string }[] = [];
  let status = 200;
  const chat = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (status === 200) told.push(JSON.parse(Buffer.concat(parts).toString()));
      response.writeHead(status).end('ok');
    });
  });
  let service: AlertService;
  const webhook = (kind: WebhookKind = 'slack'): Webhook =>
    new Webhook(`http://127.0.0.1:${(chat.address() as AddressInfo).port}/hook`, kind);
  beforeAll(async () => {
    Logger.overrideLogger(false);
    chat.listen(0, '127.0.0.1');
    await once(chat, 'listening');
  });
  afterAll(async () => {
    const closed = once(chat, 'close');
    chat.close();
    chat.closeAllConnections();
    await closed;
    Logger.overrideLogger(['error', 'warn']);
  });
  beforeEach(() => {
    told.length = 0;
    status = 200;
    service = new AlertService(webhook());
  });
  const titles = (): string[] => told.map(({ text }) => text.split('\n')[0]);

  it('tells of an alert once, however often Prometheus repeats it', async () => {
    for (let minute = 0; minute < 3; minute++) {
      await service.take([alertOf('Lag')], START_MS + minute * MINUTE_MS);
    }
    expect(told).toEqual([{ text: '*Alert: Lag*\nLag happens\nmend it' }]);
  });

  it('tells once that it is over, and of its return', async () => {
    await service.take([alertOf('Lag')], START_MS);
    const over = alertOf('Lag', START_MS + MINUTE_MS);
    await service.take([over], START_MS + 2 * MINUTE_MS);
    await service.take([over], START_MS + 3 * MINUTE_MS);
    await service.take([alertOf('Lag')], START_MS + 4 * MINUTE_MS);
    expect(titles()).toEqual(['*Alert: Lag*', '*Over: Lag*', '*Alert: Lag*']);
  });

  it('says nothing about the end of what it never told of', async () => {
    await service.take([alertOf('Lag', START_MS - 1)], START_MS);
    expect(told).toEqual([]);
  });

  it('tells again of what was silent for five minutes', async () => {
    await service.take([alertOf('Lag'), alertOf('Down')], START_MS);
    await service.take([alertOf('Lag')], START_MS + 4 * MINUTE_MS);
    await service.take([alertOf('Lag'), alertOf('Down')], START_MS + 6 * MINUTE_MS);
    expect(titles()).toEqual(['*Alert: Lag*', '*Alert: Down*', '*Alert: Down*']);
  });

  it('tells at the next repetition what the chat did not take', async () => {
    status = 500;
    await service.take([alertOf('Lag')], START_MS);
    status = 200;
    await service.take([alertOf('Lag')], START_MS + MINUTE_MS);
    await service.take([alertOf('Lag')], START_MS + 2 * MINUTE_MS);
    expect(titles()).toEqual(['*Alert: Lag*']);
  });

  it('works without a webhook', async () => {
    await expect(new AlertService(undefined).take([alertOf('Lag')])).resolves.toBeUndefined();
  });

  it('speaks to both kinds of chat', () => {
    expect(bodyOf('slack', 'Title', 'text')).toEqual({ text: '*Title*\ntext' });
    expect(bodyOf('dingtalk', 'Title', 'text')).toEqual({
      msgtype: 'markdown',
      markdown: { title: 'Title', text: '### Title\n\ntext' },
    });
  });
});

describe('readAlerts', () => {
  it('takes a list and fills in what an alert may leave out', () => {
    expect(readAlerts([{ labels: { alertname: 'Lag' } }], 10)).toEqual([
      { labels: { alertname: 'Lag' }, annotations: {} },
    ]);
  });

  it.each([
    ['no list', {}],
    ['too many', [{ labels: {} }, { labels: {} }, { labels: {} }]],
    ['no labels', [{}]],
    ['null', [null]],
    ['labels that are no texts', [{ labels: { severity: 3 } }]],
  ])('refuses %s', (_, value) => {
    expect(() => readAlerts(value, 2)).toThrow(/send a list|has labels/);
  });
});

test('the same alert has its labels in any order', () => {
  const [a, b] = [
    { x: '1', y: '2' },
    { y: '2', x: '1' },
  ].map((labels) => alertKey({ labels, annotations: {} }));
  expect(a).toBe(b);
});
