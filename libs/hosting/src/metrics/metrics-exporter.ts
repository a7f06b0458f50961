import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { RocketError } from '@rocket-nest/common';
import { registerLoopStall } from './loop-stall';

/** What `/health` answers: 200 when every part is up, else 503. */
export type HealthReport = Readonly<Record<string, 'up' | 'down'>>;

export interface MetricsExporterOptions {
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Adds the server's own metrics. */
  readonly register: (registry: Registry) => void;
  readonly health: () => HealthReport;
}

/** Serves `/metrics` in Prometheus' text format and `/health` as JSON. */
export class MetricsExporter {
  readonly registry = new Registry();
  private readonly server: Server;
  private stopLoopStall: (() => void) | undefined;

  constructor(private readonly options: MetricsExporterOptions) {
    this.server = createServer((request, response) => {
      void this.answer(request.method, request.url, response);
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
    const { host = '127.0.0.1', port, register } = this.options;
    collectDefaultMetrics({ register: this.registry });
    this.stopLoopStall = registerLoopStall(this.registry);
    register(this.registry);
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (cause) => reject(bindFailed(host, port, cause)));
      this.server.listen(port, host, resolve);
    });
  }

  async shutdown(): Promise<void> {
    this.stopLoopStall?.();
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
    if (path === '/metrics') {
      return end(response, 200, this.registry.contentType, await this.registry.metrics());
    }
    if (path !== '/health') return end(response, 404, 'text/plain', '/metrics or /health\n');
    const parts = this.options.health();
    const isUp = Object.values(parts).every((state) => state === 'up');
    const body = JSON.stringify({ status: isUp ? 'ok' : 'error', details: parts });
    end(response, isUp ? 200 : 503, 'application/json', body);
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
