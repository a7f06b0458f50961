import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AlertsModule } from './alerts.module';
import { Webhook } from './webhook';

const DEFAULT_PORT = 9093;

/** Runs the service until it is told to stop. */
export async function main(): Promise<void> {
  try {
    const { HOST = '127.0.0.1', PORT = String(DEFAULT_PORT) } = process.env;
    const app = await NestFactory.create(AlertsModule.forWebhook(webhookOf(process.env)), {
      logger: ['error', 'warn'],
    });
    app.enableShutdownHooks();
    await app.listen(Number(PORT), HOST);
    process.stdout.write(`alerts on ${await app.getUrl()}\n`);
  } catch (error) {
    process.stderr.write(`alerts: ${(error as Error).message}\n`);
    process.exit(1);
  }
}

function webhookOf({
  WEBHOOK_URL,
  WEBHOOK_KIND = 'slack',
}: NodeJS.ProcessEnv): Webhook | undefined {
  if (WEBHOOK_KIND !== 'slack' && WEBHOOK_KIND !== 'dingtalk') {
    throw new Error(`WEBHOOK_KIND is '${WEBHOOK_KIND}'; write slack or dingtalk`);
  }
  return WEBHOOK_URL ? new Webhook(WEBHOOK_URL, WEBHOOK_KIND) : undefined;
}
