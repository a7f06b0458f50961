import { parseArgs } from 'node:util';
import { RocketError } from '@rocket-nest/common';

/** What a server program was asked to do. */
export interface ServerArguments {
  /** Path after `-c`. */
  readonly configFile?: string;
  /** Name servers after `-n`, as `host:port` separated by `;`. */
  readonly namesrvAddr?: string;
  readonly action: 'RUN' | 'PRINT_ALL' | 'PRINT_IMPORTANT' | 'HELP';
}

/** A program and the options it takes beyond those that all servers take. */
export interface ServerUsage {
  readonly program: string;
  readonly takesNamesrvAddr: boolean;
}

/** Thrown for a command line that cannot be understood; the message names the fix. */
export class UsageError extends RocketError<'USAGE'> {
  constructor(message: string) {
    super('USAGE', message);
  }
}

const COMMON_OPTIONS = {
  configFile: { type: 'string', short: 'c' },
  printConfigItem: { type: 'boolean', short: 'p' },
  printImportantConfig: { type: 'boolean', short: 'm' },
  help: { type: 'boolean', short: 'h' },
} as const;
const NAMESRV_OPTION = { namesrvAddr: { type: 'string', short: 'n' } } as const;

/** Reads a command line; throws UsageError. */
export function parseServerArguments(usage: ServerUsage, argv: readonly string[]): ServerArguments {
  const values = parse(usage, argv);
  const action = values.help
    ? 'HELP'
    : values.printConfigItem
      ? 'PRINT_ALL'
      : values.printImportantConfig
        ? 'PRINT_IMPORTANT'
        : 'RUN';
  return { action, configFile: values.configFile, namesrvAddr: values.namesrvAddr };
}

/** The text of `--help`. */
export function serverHelp({ program, takesNamesrvAddr }: ServerUsage): string {
  const lines = [
    `Usage: ${program} [options]`,
    '',
    '  -c, --configFile FILE        properties to start with, one name=value a line',
    ...(takesNamesrvAddr
      ? ['  -n, --namesrvAddr ADDRS      name servers, as host:port separated by ;']
      : []),
    '  -p, --printConfigItem        print every property with its value, and end',
    '  -m, --printImportantConfig   print the properties that matter most, and end',
    '  -h, --help                   print this',
    '',
    'Every property can be set in the environment too: listenPort as ROCKETMQ_LISTEN_PORT.',
  ];
  return `${lines.join('\n')}\n`;
}

interface ParsedValues {
  readonly configFile?: string;
  readonly namesrvAddr?: string;
  readonly printConfigItem?: boolean;
  readonly printImportantConfig?: boolean;
  readonly help?: boolean;
}

function parse(usage: ServerUsage, argv: readonly string[]): ParsedValues {
  const options = usage.takesNamesrvAddr
    ? { ...COMMON_OPTIONS, ...NAMESRV_OPTION }
    : COMMON_OPTIONS;
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const [reason] = (error as Error).message.split('. ');
    throw new UsageError(`${reason}. See ${usage.program} --help.`);
  }
}
