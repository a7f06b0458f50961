import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { RocketError } from '@rocket-nest/common';
import { LoopStall } from './loop-stall';
import { familyLines, type MetricFamily } from './metric-family';

/** What `/health` answers: 200 when every part is up, else 503. */
export type HealthReport = Readonly<Record<string, 'up' | 'down'>>;

export interface MetricsExporterOptions {
  /** Address to listen on. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The server's own metrics. */
  readonly families: readonly MetricFamily[];
  /** Metrics that prom-client keeps, such as histograms. Default: one with those of the process. */
  readonly registry?: Registry;
  readonly health: () => HealthReport;
}

/** Serves `/metrics` in Prometheus' text format and `/health` as JSON. */
export class MetricsExporter {
  private readonly server: Server;
  private readonly registry: Registry;
  private readonly loopStall = new LoopStall();

  constructor(private readonly options: MetricsExporterOptions) {
    this.registry = options.registry ?? new Registry();
    this.server = createServer((request, response) => {
      this.answer(request.method, request.url, response).catch((error: Error) => {
        response.destroy(error);
      });
    });
    // Nothing but short GETs is expected here.
    this.server.headersTimeout = 5_000;
    this.server.requestTimeout = 10_000;
    this.server.maxConnections = 64;
  }

  /** The port bound; valid once started. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resolves once the port is open; rejects with METRICS_BIND_FAILED. */
  async start(): Promise<void> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (cause) => reject(bindFailed(host, port, cause)));
      this.server.listen(port, host, resolve);
    });
    collectDefaultMetrics({ register: this.registry });
    this.loopStall.start();
  }

  async shutdown(): Promise<void> {
    this.loopStall.stop();
    this.registry.clear();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async answer(
    method: string | undefined,
    url: string | undefined,
    response: ServerResponse,
  ): Promise<void> {
    const path = url?.split('?', 1)[0];
    if (method !== 'GET') return end(response, 405, 'text/plain', 'only GET is served here\n');
    if (path === '/metrics') return this.answerMetrics(response);
    if (path !== '/health') return end(response, 404, 'text/plain', '/metrics or /health\n');
    const parts = this.options.health();
    const isUp = Object.values(parts).every((state) => state === 'up');
    const body = JSON.stringify({ status: isUp ? 'ok' : 'error', details: parts });
    end(response, isUp ? 200 : 503, 'application/json', body);
  }

  /** In pieces: the text of ten thousand topics takes long, and the broker has other work. */
  private async answerMetrics(response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': this.registry.contentType });
    response.write(await this.registry.metrics());
    for (const family of [this.loopStall, ...this.options.families]) {
      for await (const chunk of familyLines(family)) {
        if (response.destroyed) return;
        response.write(chunk);
        await nextTurn();
      }
    }
    response.end();
  }
}

function end(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

function bindFailed(host: string, port: number, cause: Error): Error {
  const message =
    `cannot serve metrics on ${host}:${port} (${cause.message}); ` +
    'set another metricsPromExporterPort, or metricsExporterType=DISABLE';
  return new RocketError<'METRICS_BIND_FAILED'>('METRICS_BIND_FAILED', message, { cause });
}
