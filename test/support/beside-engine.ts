import {
  Module,
  type DynamicModule,
  type INestApplicationContext,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { NodeFileSystem, SilentLogger, SystemClock, SystemRandom } from '@rocket-nest/common';

/** What servers in this process work with. */
export const realDependencies = {
  fileSystem: new NodeFileSystem(),
  clock: new SystemClock(),
  random: new SystemRandom(),
  logger: new SilentLogger(),
};

/** A Nest application of an engine's module and, in a module beside it, a service of a user. */
export async function startBesideEngine<T>(
  engineModule: DynamicModule,
  service: Type<T>,
): Promise<{ app: INestApplicationContext; beside: T }> {
  @Module({ providers: [service] })
  class BesideModule {}
  @Module({ imports: [engineModule, BesideModule] })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  return { app, beside: app.get(service) };
}
