import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  assertNoConfigProblems,
  formatProperties,
  parseProperties,
  readConfig,
  type ConfigEntry,
  type ConfigProblem,
} from '@rocket-nest/common/internal';
import { isLoopback } from './loopback';
import {
  NAMESRV_CONFIG_SCHEMA,
  NAMESRV_CONFIG_WITHOUT_EFFECT,
  type NamesrvConfig,
} from './namesrv-config';

type Environment = Readonly<Record<string, string | undefined>>;

export interface NamesrvConfigResult {
  readonly config: NamesrvConfig;
  /** Lines that have no effect, such as unknown properties. */
  readonly warnings: readonly ConfigProblem[];
}

export interface ReadNamesrvConfigOptions {
  /** Environment variables; `ROCKETMQ_<NAME>` overrides the file. Default: none are read. */
  readonly env?: Environment;
}

/**
 * Reads the text of a namesrv.conf; `ROCKETMQ_HOME` is the default of rocketmqHome. Throws CONFIG_INVALID, naming file, line and fix of
 * everything that is wrong.
 */
export function readNamesrvConfig(
  fileText: string,
  fileName: string,
  { env = {} }: ReadNamesrvConfigOptions = {},
): NamesrvConfigResult {
  const entries = parseProperties(fileText, fileName);
  const { values, warnings, problems } = readConfig(NAMESRV_CONFIG_SCHEMA, entries, {
    env,
    withoutEffect: NAMESRV_CONFIG_WITHOUT_EFFECT,
  });
  assertNoConfigProblems([...problems, ...exposureProblems(values, entries)]);
  const folder = join(env.HOME ?? homedir(), 'namesrv');
  if (values.rocketmqHome === '') values.rocketmqHome = env.ROCKETMQ_HOME ?? '';
  if (values.kvConfigPath === '') values.kvConfigPath = join(folder, 'kvConfig.json');
  if (values.configStorePath === '') {
    values.configStorePath = fileName || join(folder, 'namesrv.properties');
  }
  return { config: values, warnings };
}

/** A configuration from single properties, for a name server inside another process. */
export function createNamesrvConfig(properties: Readonly<Record<string, string>>): NamesrvConfig {
  const text = formatProperties(Object.entries(properties));
  const { config, warnings } = readNamesrvConfig(text, 'properties');
  assertNoConfigProblems(warnings);
  return config;
}

/** Whoever reaches a name server can change it, so a public address takes a deliberate word. */
function exposureProblems(
  { bindAddress, allowPublicWithoutAuthentication }: NamesrvConfig,
  entries: readonly ConfigEntry[],
): ConfigProblem[] {
  if (allowPublicWithoutAuthentication || isLoopback(bindAddress)) return [];
  const entry = entries.findLast(({ name }) => name === 'bindAddress');
  return [
    {
      file: entry?.file ?? 'environment variable ROCKETMQ_BIND_ADDRESS',
      line: entry?.line ?? 0,
      property: 'bindAddress',
      problem: `${bindAddress} can be reached from other machines, and nobody has to authenticate`,
      fix: 'bind to 127.0.0.1, or add allowPublicWithoutAuthentication=true if the network is trusted',
    },
  ];
}
