import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '@rocket-nest/hosting';

/** What the command line asks for. */
export interface StandaloneArguments {
  readonly help: boolean;
  readonly namesrvPort: number;
  readonly brokerPort: number;
  readonly folder: string;
  readonly host: string;
}

const DEFAULTS = { namesrvPort: 9876, brokerPort: 10_911, folder: 'data', host: '127.0.0.1' };

export const STANDALONE_HELP = `Usage: npm start -- [options]

A name server and a broker in one process.

  --namesrv-port PORT   default ${DEFAULTS.namesrvPort}; 0 takes any free port
  --broker-port PORT    default ${DEFAULTS.brokerPort}; the VIP port is two below; 0 takes any free port, without VIP
  --folder FOLDER       where messages and settings are kept, default ./${DEFAULTS.folder}
  --host ADDRESS        address to listen on, default ${DEFAULTS.host}
  --help                print this
`;

const OPTIONS = {
  'namesrv-port': { type: 'string' },
  'broker-port': { type: 'string' },
  folder: { type: 'string' },
  host: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the command line; throws UsageError. Relative folders are below `workingFolder`. */
export function parseStandaloneArguments(
  argv: readonly string[],
  workingFolder: string,
): StandaloneArguments {
  const values = parse(argv);
  return {
    help: values.help ?? false,
    namesrvPort: portOf('--namesrv-port', values['namesrv-port'], DEFAULTS.namesrvPort),
    brokerPort: portOf('--broker-port', values['broker-port'], DEFAULTS.brokerPort),
    folder: resolve(workingFolder, values.folder ?? DEFAULTS.folder),
    host: values.host ?? DEFAULTS.host,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    const [reason] = (error as Error).message.split('. ');
    throw new UsageError(`${reason}. See npm start -- --help.`);
  }
}

function portOf(flag: string, text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`${flag} ${text} is no port: give a number from 0 (any free port) to 65535`);
}
