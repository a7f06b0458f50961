import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { readBrokerConfig } from '@rocket-nest/broker';
import { errorMessageOf, NodeFileSystem, SystemClock, SystemRandom } from '@rocket-nest/common';
import { parseJson } from '@rocket-nest/remoting';
import { StoreVerifier } from '@rocket-nest/store';

const HELP = `Usage: mqadmin verifyStore FOLDER [-c FILE]

  verifyStore    walks through the store of a stopped broker and says what is wrong with commit log,
                 consume queues, index and config files; changes nothing

  FOLDER         storePathRootDir of the broker
  -c FILE        the broker's configuration, needed when it sets file sizes

Exit status: 0 nothing is wrong, 1 something is, 2 it could not be looked at.
`;

/** Runs one command; the promise is its exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const options = {
      config: { type: 'string', short: 'c' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const [command, folder, ...rest] = positionals;
    if (command !== 'verifyStore' || folder === undefined || rest.length > 0) {
      process.stderr.write(HELP);
      return 2;
    }
    return await verifyStore(path.resolve(folder), values.config);
  } catch (error) {
    process.stderr.write(`mqadmin: ${errorMessageOf(error)}\n`);
    return 2;
  }
}

async function verifyStore(folder: string, configFile: string | undefined): Promise<number> {
  if (!fs.existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  const text = configFile === undefined ? '' : fs.readFileSync(configFile, 'utf8');
  const overrides = { storePathRootDir: folder };
  const { config } = readBrokerConfig(text, configFile ?? '', { env: {}, overrides });
  const verifier = new StoreVerifier(config.store, {
    fileSystem: new NodeFileSystem(),
    clock: new SystemClock(),
    random: new SystemRandom(),
  });
  const report = await verifier.verify();
  const problems = [...report.problems, ...configProblems(path.join(folder, 'config'))];
  for (const note of report.notes) process.stdout.write(`note: ${note}\n`);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.stdout.write(
    `${report.records} records up to ${report.logEnd}, ${report.units} units, ` +
      `${report.indexItems} index items, ${problems.length} problems\n`,
  );
  return problems.length === 0 ? 0 : 1;
}

/** The broker falls back to the generation before, which is worth telling too. */
function configProblems(folder: string): string[] {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return names
    .filter((name) => name.endsWith('.json') || name.endsWith('.json.bak'))
    .filter((name) => !isJson(path.join(folder, name)))
    .map((name) => `config file is damaged (path ${path.join(folder, name)})`);
}

function isJson(file: string): boolean {
  try {
    parseJson(fs.readFileSync(file));
    return true;
  } catch {
    return false;
  }
}
