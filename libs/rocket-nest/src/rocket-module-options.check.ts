import { RocketConfigError } from './errors/rocket-config-error';
import { checkEnsuredTopics } from './producer/ensured-topic';
import type { RocketModuleOptions } from './rocket-module-options';

const KNOWN_KEYS = new Set([
  'namesrvAddr',
  'embedded',
  'producer',
  'serializers',
  'ensureTopics',
  'defaults',
  'listeners',
  'shutdownTimeoutMs',
  'keepProcessAlive',
]);
const ADDRESS = /^[^\s:;]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/;

/** The name servers as a list; empty when none are named. */
export function namesrvAddressesOf(options: RocketModuleOptions): string[] {
  const { namesrvAddr } = options;
  const list = typeof namesrvAddr === 'string' ? namesrvAddr.split(';') : (namesrvAddr ?? []);
  return list.map((address) => address.trim()).filter((address) => address !== '');
}

/** Throws a RocketConfigError that names the key and the fix. */
export function checkRocketModuleOptions(options: RocketModuleOptions): void {
  for (const key of Object.keys(options)) {
    if (!KNOWN_KEYS.has(key)) {
      throw new RocketConfigError(
        `RocketModule: unknown option '${key}'; known are ${[...KNOWN_KEYS].join(', ')}`,
      );
    }
  }
  checkWhereTheBrokerIs(options);
  checkPositive('shutdownTimeoutMs', options.shutdownTimeoutMs);
  checkPositive('producer.sendMsgTimeoutMs', options.producer?.sendMsgTimeoutMs);
  checkEnsuredTopics(options.ensureTopics);
  checkPositive('defaults.concurrency', options.defaults?.concurrency);
  for (const [id, overrides] of Object.entries(options.listeners ?? {})) {
    checkPositive(`listeners.${id}.concurrency`, overrides.concurrency);
  }
}

function checkWhereTheBrokerIs(options: RocketModuleOptions): void {
  const addresses = namesrvAddressesOf(options);
  if (options.embedded) {
    if (addresses.length > 0) {
      throw new RocketConfigError(
        "RocketModule: 'embedded' and 'namesrvAddr' exclude each other; leave one of them out",
      );
    }
    if (process.env['NODE_ENV'] === 'production') {
      throw new RocketConfigError(
        "RocketModule: 'embedded' is for tests and laptops and refused when NODE_ENV is production; " +
          "set 'namesrvAddr' to the name servers instead",
      );
    }
    return;
  }
  if (addresses.length === 0) {
    throw new RocketConfigError(
      "RocketModule: neither 'namesrvAddr' nor 'embedded' is set; " +
        "set namesrvAddr: 'host:9876', or embedded: true for a broker inside this process",
    );
  }
  const bad = addresses.find((address) => !ADDRESS.test(address));
  if (bad !== undefined) {
    throw new RocketConfigError(`RocketModule: namesrvAddr '${bad}' is not of the form host:port`);
  }
}

function checkPositive(key: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return;
  throw new RocketConfigError(
    `RocketModule: '${key}' must be a whole number above 0, not ${value}`,
  );
}
