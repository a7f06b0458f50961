import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import type { BrokerController } from '@rocket-nest/broker';
import type { MetricsExporter } from '@rocket-nest/hosting';
import { BrokerModule } from './broker.module';

/** The Nest application around a broker whose ports are open already. */
export function createBrokerContext(
  controller: BrokerController,
  metrics: MetricsExporter | undefined,
): Promise<INestApplicationContext> {
  const module = BrokerModule.forController(controller, { isStarted: true, metrics });
  return NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
}
