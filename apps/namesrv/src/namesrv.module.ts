import { Module, type DynamicModule } from '@nestjs/common';
import type { MetricsExporter } from '@rocket-nest/hosting';
import { KVConfigManager, NamesrvController, RouteInfoManager } from '@rocket-nest/namesrv';
import { RemotingServer } from '@rocket-nest/remoting';
import { NamesrvLifecycle } from './namesrv-lifecycle';

export interface NamesrvModuleOptions {
  /** Whether the controller was started already; else the application starts it. Default false. */
  readonly isStarted?: boolean;
  /** Served as long as the application runs. */
  readonly metrics?: MetricsExporter;
}

/**
 * A name server in a Nest application. Its parts are injected by their classes: NamesrvController,
 * RouteInfoManager, KVConfigManager, RemotingServer.
 */
@Module({})
export class NamesrvModule {
  static forController(
    controller: NamesrvController,
    { isStarted = false, metrics }: NamesrvModuleOptions = {},
  ): DynamicModule {
    const services = [
      { provide: NamesrvController, useValue: controller },
      { provide: RouteInfoManager, useValue: controller.routeInfoManager },
      { provide: KVConfigManager, useValue: controller.kvConfigManager },
      { provide: RemotingServer, useValue: controller.remotingServer },
    ];
    const lifecycle = new NamesrvLifecycle(controller, isStarted, metrics);
    return {
      module: NamesrvModule,
      global: true,
      providers: [...services, { provide: NamesrvLifecycle, useValue: lifecycle }],
      exports: services.map(({ provide }) => provide),
    };
  }
}
