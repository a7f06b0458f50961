import { readSeckillConfig, startService } from '@rocket-nest/seckill';
import { PaymentModule } from './payment.module';

/** Runs the payment service until it is told to stop. */
export async function main(): Promise<void> {
  try {
    const config = readSeckillConfig(process.env, { port: 3001, schema: 'payments' });
    const app = await startService(PaymentModule.forConfig(config), config);
    process.stdout.write(`payment service on ${await app.getUrl()}\n`);
  } catch (error) {
    process.stderr.write(`payment: ${(error as Error).message}\n`);
    process.exit(1);
  }
}
