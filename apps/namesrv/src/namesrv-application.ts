import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import type { NamesrvController } from '@rocket-nest/namesrv';
import { createNamesrvMetrics } from './namesrv-metrics';
import { NamesrvModule } from './namesrv.module';

/** The Nest application around a name server whose port is open already. */
export async function createNamesrvContext(
  controller: NamesrvController,
): Promise<INestApplicationContext> {
  const metrics = createNamesrvMetrics(controller);
  const module = NamesrvModule.forController(controller, { isStarted: true, metrics });
  return NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
}
