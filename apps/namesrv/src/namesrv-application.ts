import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import type { MetricsExporter } from '@rocket-nest/hosting';
import type { NamesrvController } from '@rocket-nest/namesrv';
import { NamesrvModule } from './namesrv.module';

/** The Nest application around a name server whose port is open already. */
export function createNamesrvContext(
  controller: NamesrvController,
  metrics: MetricsExporter | undefined,
): Promise<INestApplicationContext> {
  const module = NamesrvModule.forController(controller, { isStarted: true, metrics });
  return NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
}
