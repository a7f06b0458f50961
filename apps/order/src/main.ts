import { readSeckillConfig, startService } from '@rocket-nest/seckill';
import { OrderModule } from './order.module';
import { PAGES } from './pages/pages-folder';

/** Runs the order service until it is told to stop. */
export async function main(): Promise<void> {
  try {
    const config = readSeckillConfig(process.env, { port: 3000, schema: 'orders' });
    const app = await startService(OrderModule.forConfig(config), config, { pages: PAGES });
    process.stdout.write(`order service on ${await app.getUrl()}\n`);
  } catch (error) {
    process.stderr.write(`order: ${(error as Error).message}\n`);
    process.exit(1);
  }
}
