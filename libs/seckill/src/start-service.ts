import 'reflect-metadata';
import { ValidationPipe, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { SeckillConfig } from './seckill-config';

const MAX_BODY_BYTES = 16 * 1024;

export interface ServiceStartOptions {
  /** Whether SIGTERM and SIGINT stop the service; else the caller closes it. Default true. */
  readonly onSignal?: boolean;
  /** Folder of pages and what they need. */
  readonly pages?: string;
}

/**
 * Starts a service and resolves once it answers.
 */
export async function startService(
  module: DynamicModule,
  config: SeckillConfig,
  { onSignal = true, pages }: ServiceStartOptions = {},
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(module, {
    logger: ['error', 'warn'],
    bodyParser: false,
  });
  app.useBodyParser('json', { limit: MAX_BODY_BYTES });
  // One proxy stands in front where there is one; without it every client would share one limit.
  app.set('trust proxy', 'loopback, linklocal, uniquelocal');
  app.disable('x-powered-by');
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }));
  if (config.allowedOrigin !== undefined) app.enableCors({ origin: config.allowedOrigin });
  if (pages !== undefined) app.useStaticAssets(pages);
  if (onSignal) app.enableShutdownHooks();
  await app.listen(config.port, config.host);
  return app;
}
