import * as path from 'node:path';
import { parseArgs } from 'node:util';

export const SECKILL_HELP = `Usage: npm start -- [options]

Runs the sample flash sale on embedded defaults: name server, broker, database, order and payment
service. Ctrl-C stops it.

  --port N           pages and order service (default 3000; 0: any free port)
  --payment-port N   payment service (default 3001)
  --namesrv-port N   name server (default 9876)
  --broker-port N    broker (default 10911)
  --folder DIR       where messages and database are kept (default ./data)
  --unpaid-delay T   time to pay, one of RocketMQ's delay levels (default 30s)
  --requests N       requests a client may make in ten seconds (default 100)
  --help             this text
`;

export interface SeckillArguments {
  readonly help: boolean;
  readonly port: number;
  readonly paymentPort: number;
  readonly namesrvPort: number;
  readonly brokerPort: number;
  readonly folder: string;
  readonly unpaidDelay: string;
  readonly requestsPer10s: number;
}

const MAX_PORT = 65_535;
const MAX_REQUESTS = 1_000_000;

/** @throws an Error that says which argument is wrong */
export function parseSeckillArguments(argv: readonly string[], cwd: string): SeckillArguments {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      port: text,
      'payment-port': text,
      'namesrv-port': text,
      'broker-port': text,
      folder: text,
      'unpaid-delay': text,
      requests: text,
    },
  });
  return {
    help: values.help,
    port: numberOf('--port', values.port, 3000, MAX_PORT),
    paymentPort: numberOf('--payment-port', values['payment-port'], 3001, MAX_PORT),
    namesrvPort: numberOf('--namesrv-port', values['namesrv-port'], 9876, MAX_PORT),
    brokerPort: numberOf('--broker-port', values['broker-port'], 10911, MAX_PORT),
    folder: path.resolve(cwd, values.folder ?? 'data'),
    unpaidDelay: values['unpaid-delay'] ?? '30s',
    requestsPer10s: numberOf('--requests', values.requests, 100, MAX_REQUESTS),
  };
}

function numberOf(name: string, text: string | undefined, fallback: number, most: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text !== '' && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new Error(`${name} is '${text}'; write a whole number from 0 to ${most}`);
}
