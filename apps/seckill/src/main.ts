import { failStart, nextStopSignal } from '@rocket-nest/hosting';
import { openDemoSale } from './demo-sale';
import { Seckill, type SeckillAddresses } from './seckill';
import { parseSeckillArguments, SECKILL_HELP } from './seckill-arguments';

const PROGRAM = 'seckill';

/** Runs the sample until told to stop. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const args = parseSeckillArguments(argv, process.cwd());
    if (args.help) {
      process.stdout.write(SECKILL_HELP);
      return;
    }
    const stopSignal = nextStopSignal();
    const seckill = new Seckill(args);
    const addresses = await seckill.start();
    await openDemoSale(addresses.shop);
    process.stdout.write(greeting(addresses));
    await stopSignal;
    process.stdout.write('\nStopping ...');
    await seckill.stop();
    process.stdout.write(' stopped.\n');
    process.exit(0);
  } catch (error) {
    failStart(PROGRAM, error);
  }
}

function greeting({ shop, payment, namesrvAddr, brokerAddr }: SeckillAddresses): string {
  return `The flash sale is up. Ctrl-C stops it.

  shop         ${shop}
  operator     ${shop}/operator.html
  payment      ${payment}
  name server  ${namesrvAddr}
  broker       ${brokerAddr}

`;
}
