import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { MetricsExporter } from '@rocket-nest/hosting';
import type { NamesrvController } from '@rocket-nest/namesrv';

/** Starts and stops the name server with the Nest application; it stops after everybody's hooks. */
export class NamesrvLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly controller: NamesrvController,
    private readonly isStarted: boolean,
    private readonly metrics: MetricsExporter | undefined,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.isStarted) {
      this.controller.initialize();
      await this.controller.start();
    }
    await this.metrics?.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.metrics?.shutdown();
    await this.controller.shutdown();
  }
}
