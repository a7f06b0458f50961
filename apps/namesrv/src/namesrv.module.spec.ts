import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { NodeFileSystem, SilentLogger, SystemClock } from '@rocket-nest/common';
import {
  createNamesrvConfig,
  KVConfigManager,
  NamesrvController,
  RouteInfoManager,
} from '@rocket-nest/namesrv';
import { RemotingServer } from '@rocket-nest/remoting';
import { NamesrvModule } from './namesrv.module';

describe('NamesrvModule', () => {
  let folder: string;
  let controller: NamesrvController;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'namesrv-module-'));
    const config = createNamesrvConfig({
      listenPort: '0',
      kvConfigPath: join(folder, 'kvConfig.json'),
    });
    controller = new NamesrvController(config, {
      fileSystem: new NodeFileSystem(),
      clock: new SystemClock(),
      logger: new SilentLogger(),
    });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

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
    @Module({ providers: [Beside] })
    class BesideModule {}
    @Module({ imports: [NamesrvModule.forController(controller), BesideModule] })
    class AppModule {}

    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    await app.init();
    const beside = app.get(Beside);
    expect(beside.routes).toBe(controller.routeInfoManager);
    expect(beside.kvConfigs).toBe(controller.kvConfigManager);
    expect(controller.listenPort).toBeGreaterThan(0);
    await app.close();
    expect(atShutdown).toEqual([[], 1]);
    expect(controller.remotingServer.ports).toEqual([]);
  });
});
