import type { MetricsExporter } from './metrics';

/** A server's composition root. */
export interface HostedEngine {
  initialize(): void | Promise<void>;
  start(): Promise<void>;
  shutdown(): Promise<void>;
}

export interface EngineLifecycleOptions {
  /** Whether the engine was started already; else the application starts it. Default false. */
  readonly isStarted?: boolean;
  /** Served as long as the application runs. */
  readonly metrics?: MetricsExporter;
}

/**
 * Starts and stops an engine with a Nest application. It stops in the last of Nest's hooks, so that
 * modules beside it can use it in theirs.
 */
export class EngineLifecycle {
  constructor(
    private readonly engine: HostedEngine,
    private readonly options: EngineLifecycleOptions = {},
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.options.isStarted) {
      await this.engine.initialize();
      await this.engine.start();
    }
    await this.options.metrics?.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.options.metrics?.shutdown();
    await this.engine.shutdown();
  }
}
