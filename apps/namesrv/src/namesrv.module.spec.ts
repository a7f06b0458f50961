import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  createNamesrvConfig,
  KVConfigManager,
  NamesrvController,
  RouteInfoManager,
} from '@rocket-nest/namesrv';
import { RemotingServer } from '@rocket-nest/remoting';
import { realDependencies, startBesideEngine } from '../../../test/support/beside-engine';
import { makeTemporaryFolder, removeFolder } from '../../../test/support/temporary-folder';
import { NamesrvModule } from './namesrv.module';

describe('NamesrvModule', () => {
  let folder: string;
  let controller: NamesrvController;

  beforeEach(() => {
    folder = makeTemporaryFolder('namesrv-module');
    const config = createNamesrvConfig({
      listenPort: '0',
      kvConfigPath: join(folder, 'kvConfig.json'),
    });
    controller = new NamesrvController(config, realDependencies);
  });
  afterEach(() => removeFolder(folder));

  test('a module beside it injects the engine by class, and uses it until its own last hook', async () => {
    const atShutdown: unknown[] = [];

    @Injectable()
    class Beside implements OnApplicationShutdown {
      constructor(
        @Inject(RouteInfoManager) readonly routes: RouteInfoManager,
        @Inject(KVConfigManager) readonly kvConfigs: KVConfigManager,
        @Inject(RemotingServer) readonly server: RemotingServer,
      ) {}

      onApplicationShutdown(): void {
        atShutdown.push(this.routes.allTopics(), this.server.ports.length);
      }
    }

    const { app, beside } = await startBesideEngine(
      NamesrvModule.forController(controller),
      Beside,
    );
    expect(beside.routes).toBe(controller.routeInfoManager);
    expect(beside.kvConfigs).toBe(controller.kvConfigManager);
    expect(controller.listenPort).toBeGreaterThan(0);
    await app.close();
    expect(atShutdown).toEqual([[], 1]);
    expect(controller.remotingServer.ports).toEqual([]);
  });
});
