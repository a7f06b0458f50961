import { formatConfigProblem, type ConfigProblem } from '@rocket-nest/common/internal';
import { readConfigText } from './config-text';
import { ProcessLogger } from './process-logger';
import {
  parseServerArguments,
  serverHelp,
  type ServerArguments,
  type ServerUsage,
} from './server-arguments';
import { failStart, runServer, type NestContext, type StoppableEngine } from './server-process';

/** A configuration that was read and found good. */
export interface ConfiguredServer<Engine extends StoppableEngine> {
  readonly warnings: readonly ConfigProblem[];
  /** The properties as `-p` (all) and `-m` (the important ones) print them. */
  format(importantOnly: boolean): string;
  /** Resolves once the ports are open. */
  start(logger: ProcessLogger): Promise<Engine>;
  /** Loads Nest and hands it the engine, whose shutdown is then driven by Nest's hooks. */
  createContext(engine: Engine): Promise<NestContext>;
}

/** A server program as the command line knows it. */
export interface ServerProgram<Engine extends StoppableEngine> {
  readonly usage: ServerUsage;
  /** Checks the configuration; throws CONFIG_INVALID naming file, line and fix. */
  configure(text: string, fileName: string, args: ServerArguments): ConfiguredServer<Engine>;
}

/** Does what the command line asks for: prints, or serves until told to stop. */
export async function runServerProgram<Engine extends StoppableEngine>(
  { usage, configure }: ServerProgram<Engine>,
  argv: readonly string[],
): Promise<void> {
  try {
    const args = parseServerArguments(usage, argv);
    if (args.action === 'HELP') {
      process.stdout.write(serverHelp(usage));
      return;
    }
    const server = configure(readConfigText(args.configFile), args.configFile ?? '', args);
    if (args.action !== 'RUN') {
      process.stdout.write(server.format(args.action === 'PRINT_IMPORTANT'));
      return;
    }
    const logger = new ProcessLogger();
    for (const warning of server.warnings) logger.warn(formatConfigProblem(warning));
    await runServer({
      program: usage.program,
      logger,
      start: () => server.start(logger),
      createContext: (engine) => server.createContext(engine),
    });
  } catch (error) {
    failStart(usage.program, error);
  }
}
