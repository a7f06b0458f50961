import { ConsoleLogger } from '@rocket-nest/common';
import { failStart, nextStopSignal } from '@rocket-nest/hosting';
import { Standalone, type StandaloneAddress } from '@rocket-nest/standalone';
import { parseStandaloneArguments, STANDALONE_HELP } from './standalone-arguments';

const PROGRAM = 'standalone';
/** Said by those who know that everybody on the network may use their servers. */
const ALLOW_PUBLIC_ENV = 'ROCKETMQ_ALLOW_PUBLIC_WITHOUT_AUTHENTICATION';

/** Runs a name server and a broker until told to stop. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const { help, ...options } = parseStandaloneArguments(argv, process.cwd());
    if (help) {
      process.stdout.write(STANDALONE_HELP);
      return;
    }
    await run(options);
  } catch (error) {
    failStart(PROGRAM, error);
  }
}

type Options = Omit<ReturnType<typeof parseStandaloneArguments>, 'help'>;

async function run(options: Options): Promise<void> {
  const stopSignal = nextStopSignal();
  const isPublicAllowed = process.env[ALLOW_PUBLIC_ENV] === 'true';
  const properties = { allowPublicWithoutAuthentication: String(isPublicAllowed) };
  const standalone = new Standalone({
    ...options,
    namesrvProperties: properties,
    brokerProperties: properties,
    logger: new ConsoleLogger('warn'),
    keepProcessAlive: true,
  });
  process.stdout.write(greeting(await standalone.start()));
  await stopSignal;
  process.stdout.write('\nStopping ...');
  await standalone.shutdown();
  process.stdout.write(' stopped.\n');
  process.exit(0);
}

function greeting({ namesrvAddr, brokerAddr, vipAddr, folder }: StandaloneAddress): string {
  const vip = vipAddr === undefined ? '' : ` (VIP ${vipAddr})`;
  return `RocketMQ is up. Ctrl-C stops it.

  name server  ${namesrvAddr}
  broker       ${brokerAddr}${vip}
  kept in      ${folder}

`;
}
