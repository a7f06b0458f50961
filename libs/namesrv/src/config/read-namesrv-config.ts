import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  assertNoConfigProblems,
  formatConfigProblem,
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
  /** Lines to log: unknown and repeated properties, each with file, line and fix. */
  readonly warnings: readonly string[];
}

/**
 * Reads the text of a namesrv.conf. `ROCKETMQ_LISTEN_PORT` and so on in `env` override it, and
 * `ROCKETMQ_HOME` is the default of rocketmqHome. Throws CONFIG_INVALID, naming file, line and fix of
 * everything that is wrong.
 */
export function readNamesrvConfig(
  fileText: string,
  fileName: string,
  env: Environment = {},
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
  return { config: values, warnings: warnings.map(formatConfigProblem) };
}

/** Whoever reaches a name server can change it, so a public address takes a deliberate word. */
function exposureProblems(
  { bindAddress, allowUnauthenticatedAccess }: NamesrvConfig,
  entries: readonly ConfigEntry[],
): ConfigProblem[] {
  if (allowUnauthenticatedAccess || isLoopback(bindAddress)) return [];
  const entry = entries.findLast(({ name }) => name === 'bindAddress');
  return [
    {
      file: entry?.file ?? 'environment variable ROCKETMQ_BIND_ADDRESS',
      line: entry?.line ?? 0,
      property: 'bindAddress',
      problem: `${bindAddress} can be reached from other machines, and nobody has to authenticate`,
      fix: 'bind to 127.0.0.1, or add allowUnauthenticatedAccess=true if the network is trusted',
    },
  ];
}
