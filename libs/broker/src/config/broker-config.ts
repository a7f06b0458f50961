import * as os from 'node:os';
import * as path from 'node:path';
import { RocketError } from '@rocket-nest/common';
import {
  assertNoConfigProblems,
  environmentVariableOf,
  parseProperties,
  readConfig,
} from '@rocket-nest/common/internal';
import type {
  ConfigEntry,
  ConfigOf,
  ConfigProblem,
  ReadConfigResult,
} from '@rocket-nest/common/internal';
import { createMessageStoreConfig } from '@rocket-nest/store';
import type { MessageStoreConfig } from '@rocket-nest/store';
import { DelayLevels } from '../schedule/delay-levels';
import { brokerConfigSchema, nettyServerConfigSchema } from './broker-config-schema';
import { isLoopback, localAddress, numericLoopback } from './local-address';
import { messageStoreConfigSchema } from './message-store-config-schema';
import { PROPERTIES_WITHOUT_EFFECT } from './properties-without-effect';

export const brokerSchema = {
  ...messageStoreConfigSchema,
  ...brokerConfigSchema,
  ...nettyServerConfigSchema,
};

export type BrokerConfig = ConfigOf<typeof brokerConfigSchema>;
export type NettyServerConfig = ConfigOf<typeof nettyServerConfigSchema>;
/** Properties that the original keeps with the store but that other parts read. */
export type StoreSideConfig = Pick<
  ConfigOf<typeof messageStoreConfigSchema>,
  'haListenPort' | 'flushDelayOffsetInterval' | 'timerWheelEnable'
>;

/** Everything a broker is configured by. */
export interface BrokerConfigBundle {
  readonly broker: BrokerConfig;
  readonly server: NettyServerConfig;
  readonly store: MessageStoreConfig & StoreSideConfig;
}

/** What `readBrokerConfig` found. */
export interface ReadBrokerConfigResult {
  readonly config: BrokerConfigBundle;
  /** Every property with its value, as the file would hold it. */
  readonly values: ConfigOf<typeof brokerSchema>;
  /** Lines that have no effect, such as unknown properties. */
  readonly warnings: readonly ConfigProblem[];
}

export interface ReadBrokerConfigOptions {
  /** Environment variables; `ROCKETMQ_<NAME>` overrides the file, NAMESRV_ADDR is a default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Override file and environment, as command line options do. */
  readonly overrides?: Readonly<Record<string, string>>;
}

/**
 * The configuration in the text of a broker.conf. Throws CONFIG_INVALID with a line for each
 * mistake that names file, line, property and fix.
 */
export function readBrokerConfig(
  text: string,
  fileName: string,
  options: ReadBrokerConfigOptions = {},
): ReadBrokerConfigResult {
  const overrides = Object.entries(options.overrides ?? {});
  const entries = [
    ...parseProperties(text, fileName),
    ...overrides.map(([name, value]) => ({ name, value, file: 'command line', line: 0 })),
  ];
  const env: Record<string, string | undefined> = { ...options.env };
  for (const [name] of overrides) env[environmentVariableOf(name)] = undefined;
  const result = readConfig(brokerSchema, entries, {
    env,
    withoutEffect: PROPERTIES_WITHOUT_EFFECT,
  });
  const values = withDerivedDefaults(result, env);
  const problems = [...result.problems, ...contradictions(values, entries)];
  assertNoConfigProblems(problems);
  return { config: bundleOf(values), values, warnings: result.warnings };
}

/** A configuration from single properties, for a broker inside another process; unknown ones throw. */
export function createBrokerConfig(
  properties: Readonly<Record<string, string>>,
): BrokerConfigBundle {
  const { config, warnings } = readBrokerConfig('', 'properties', { overrides: properties });
  const unknown = warnings.filter(({ property }) => !PROPERTIES_WITHOUT_EFFECT.has(property));
  assertNoConfigProblems(unknown);
  return config;
}

type Values = ConfigOf<typeof brokerSchema>;

function withDerivedDefaults(
  result: ReadConfigResult<typeof brokerSchema>,
  env: Readonly<Record<string, string | undefined>>,
): Values {
  const values: Values = { ...result.values };
  values.namesrvAddr ||= env['NAMESRV_ADDR'] ?? '';
  values.rocketmqHome ||= env['ROCKETMQ_HOME'] ?? '';
  values.brokerName ||= os.hostname() || 'DEFAULT_BROKER';
  values.storePathRootDir ||= path.join(os.homedir(), 'store');
  values.brokerIP1 ||= isLoopback(values.bindAddress)
    ? numericLoopback(values.bindAddress)
    : localAddress();
  values.brokerIP2 ||= values.brokerIP1;
  if (values.haListenPort === 0 && values.listenPort > 0) {
    values.haListenPort = values.listenPort + 1;
  }
  if (values.brokerRole !== 'SLAVE') values.brokerId = 0;
  return values;
}

function bundleOf(values: Values): BrokerConfigBundle {
  const { storePathCommitLog, ...rest } = pick(values, messageStoreConfigSchema);
  const store = createMessageStoreConfig({
    ...rest,
    ...(storePathCommitLog ? { storePathCommitLog } : {}),
  }) as MessageStoreConfig & StoreSideConfig;
  return {
    broker: pick(values, brokerConfigSchema),
    server: pick(values, nettyServerConfigSchema),
    store,
  };
}

function pick<S extends Readonly<Record<string, unknown>>>(
  values: Values,
  schema: S,
): Pick<Values, keyof S & keyof Values> {
  const picked: Record<string, unknown> = {};
  for (const name of Object.keys(schema)) picked[name] = values[name as keyof Values];
  return picked as Pick<Values, keyof S & keyof Values>;
}

/** Values that are possible one by one but not together, or that promise what is not there. */
function contradictions(values: Values, entries: readonly ConfigEntry[]): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const add = (property: string, problem: string, fix: string): void => {
    const entry = entries.findLast((candidate) => candidate.name === property);
    problems.push({
      file: entry?.file ?? 'configuration',
      line: entry?.line ?? 0,
      property,
      problem,
      fix,
    });
  };
  if (!isLoopback(values.bindAddress) && !values.allowPublicWithoutAuthentication) {
    add(
      'bindAddress',
      `${values.bindAddress} can be reached by others, and this broker asks nobody who they are`,
      'bind to 127.0.0.1, or set allowPublicWithoutAuthentication=true where the network is trusted',
    );
  }
  for (const property of ['authenticationEnabled', 'authorizationEnabled'] as const) {
    if (values[property]) {
      add(property, 'is not available in this version', `set ${property}=false`);
    }
  }
  const { metricsExporterType } = values;
  if (metricsExporterType === 'OTLP_GRPC' || metricsExporterType === 'LOG') {
    add(
      'metricsExporterType',
      `${metricsExporterType} is not available in this version, no metrics would be served`,
      'set PROM to serve them over HTTP, or DISABLE',
    );
  }
  if (values.brokerRole === 'SLAVE') {
    add('brokerRole', 'this version does not replicate', 'set ASYNC_MASTER or SYNC_MASTER');
  }
  if (values.maxMessageSize > values.mappedFileSizeCommitLog / 2) {
    add(
      'maxMessageSize',
      `${values.maxMessageSize} bytes do not fit a commit log file of ${values.mappedFileSizeCommitLog}`,
      'lower maxMessageSize or raise mappedFileSizeCommitLog',
    );
  }
  const delayProblem = problemOfDelayLevels(values.messageDelayLevel);
  if (delayProblem) add('messageDelayLevel', delayProblem, 'correct it');
  return problems;
}

function problemOfDelayLevels(text: string): string | undefined {
  try {
    DelayLevels.parse(text);
    return undefined;
  } catch (error) {
    return (error as RocketError).message;
  }
}
