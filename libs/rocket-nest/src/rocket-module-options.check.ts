import { RocketConfigError } from './errors/rocket-config-error';
import { checkEnsuredTopics } from './producer/ensured-topic';
import type { RocketListenerOverrides } from './decorators/rocket-listener-options';
import type {
  EmbeddedOptions,
  RocketModuleOptions,
  RocketProducerOptions,
} from './rocket-module-options';

/** The known keys of each object; the compiler sees to it that none is missing. */
const KNOWN_KEYS = keysOf<RocketModuleOptions>({
  name: true,
  enabled: true,
  namesrvAddr: true,
  embedded: true,
  client: true,
  producer: true,
  defaults: true,
  listeners: true,
  serializers: true,
  validation: true,
  ensureTopics: true,
  shutdownTimeoutMs: true,
  keepProcessAlive: true,
});
const EMBEDDED_KEYS = keysOf<EmbeddedOptions>({
  port: true,
  brokerPort: true,
  folder: true,
  brokerProperties: true,
  clock: true,
});
const PRODUCER_KEYS = keysOf<RocketProducerOptions>({
  group: true,
  sendMsgTimeoutMs: true,
  retryTimesWhenSendFailed: true,
});
const DEFAULTS_KEYS = keysOf<RocketListenerOverrides>({
  concurrency: true,
  maxReconsumeTimes: true,
  poisonPolicy: true,
  suspendCurrentQueueTimeMs: true,
  pullBatchSize: true,
  consumeMessageBatchMaxSize: true,
  consumeTimeoutMs: true,
  consumeFromWhere: true,
  consumeTimestampMs: true,
  enabled: true,
  autoStart: true,
});
const LISTENER_KEYS = [...DEFAULTS_KEYS, 'topic', 'consumerGroup', 'selectorExpression'];
const ADDRESS = /^[^\s:;]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/;

/** The name servers as a list; empty when none are named. */
export function namesrvAddressesOf(options: RocketModuleOptions): string[] {
  const { namesrvAddr } = options;
  const list = typeof namesrvAddr === 'string' ? namesrvAddr.split(';') : (namesrvAddr ?? []);
  return list.map((address) => address.trim()).filter((address) => address !== '');
}

/** Throws a RocketConfigError that names the key and the fix. */
export function checkRocketModuleOptions(options: RocketModuleOptions): void {
  refuseUnknown('', options, KNOWN_KEYS);
  refuseUnknown('producer.', options.producer, PRODUCER_KEYS);
  refuseUnknown('defaults.', options.defaults, DEFAULTS_KEYS);
  if (typeof options.embedded === 'object') {
    refuseUnknown('embedded.', options.embedded, EMBEDDED_KEYS);
    checkPort('embedded.port', options.embedded.port);
    checkPort('embedded.brokerPort', options.embedded.brokerPort);
  }
  if (options.name === '') {
    throw new RocketConfigError("RocketModule: 'name' is empty; leave it out for the default one");
  }
  if (options.enabled !== false) checkWhereTheBrokerIs(options);
  checkPositive('shutdownTimeoutMs', options.shutdownTimeoutMs);
  checkPositive('producer.sendMsgTimeoutMs', options.producer?.sendMsgTimeoutMs);
  checkEnsuredTopics(options.ensureTopics);
  checkPositive('defaults.concurrency', options.defaults?.concurrency);
  for (const [id, overrides] of Object.entries(options.listeners ?? {})) {
    refuseUnknown(`listeners.${id}.`, overrides, LISTENER_KEYS);
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
    if (options.client?.nameServerAddressUrl !== undefined) return;
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

function keysOf<T>(keys: Record<keyof Required<T>, true>): readonly string[] {
  return Object.keys(keys);
}

function refuseUnknown(prefix: string, given: object | undefined, known: readonly string[]): void {
  const unknown = Object.keys(given ?? {}).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new RocketConfigError(
    `RocketModule: unknown option '${prefix}${unknown}'; known are ${known.join(', ')}`,
  );
}

function checkPort(key: string, port: number | undefined): void {
  if (port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535)) return;
  throw new RocketConfigError(
    `RocketModule: '${key}' is ${port}; give a port, or 0 for a free one`,
  );
}

function checkPositive(key: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return;
  throw new RocketConfigError(
    `RocketModule: '${key}' must be a whole number above 0, not ${value}`,
  );
}
