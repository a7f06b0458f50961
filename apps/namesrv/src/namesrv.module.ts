import { Module, type DynamicModule } from '@nestjs/common';
import { EngineLifecycle, type EngineLifecycleOptions } from '@rocket-nest/hosting';
import { KVConfigManager, NamesrvController, RouteInfoManager } from '@rocket-nest/namesrv';
import { RemotingServer } from '@rocket-nest/remoting';

/**
 * A name server in a Nest application. Its parts are injected by their classes: NamesrvController,
 * RouteInfoManager, KVConfigManager, RemotingServer.
 */
@Module({})
export class NamesrvModule {
  static forController(
    controller: NamesrvController,
    options: EngineLifecycleOptions = {},
  ): DynamicModule {
    const services = [
      { provide: NamesrvController, useValue: controller },
      { provide: RouteInfoManager, useValue: controller.routeInfoManager },
      { provide: KVConfigManager, useValue: controller.kvConfigManager },
      { provide: RemotingServer, useValue: controller.remotingServer },
    ];
    const lifecycle = {
      provide: EngineLifecycle,
      useValue: new EngineLifecycle(controller, options),
    };
    return {
      module: NamesrvModule,
      global: true,
      providers: [...services, lifecycle],
      exports: services.map(({ provide }) => provide),
    };
  }
}
