import { NodeFileSystem, SystemClock } from '@rocket-nest/common';
import { formatConfig, formatConfigProblem } from '@rocket-nest/common/internal';
import {
  failStart,
  parseServerArguments,
  ProcessLogger,
  readConfigText,
  runServer,
  serverHelp,
  type NestContext,
  type ServerUsage,
} from '@rocket-nest/hosting';
import { NAMESRV_CONFIG_SCHEMA, NamesrvController, readNamesrvConfig } from '@rocket-nest/namesrv';
import type * as application from './namesrv-application';

const USAGE: ServerUsage = { program: 'mqnamesrv', takesNamesrvAddr: false };

/** Runs the name server program until it is told to stop. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const { action, configFile } = parseServerArguments(USAGE, argv);
    if (action === 'HELP') {
      process.stdout.write(serverHelp(USAGE));
      return;
    }
    const text = readConfigText(configFile);
    const { config, warnings } = readNamesrvConfig(text, configFile ?? '', {
      env: process.env,
    });
    if (action !== 'RUN') {
      const importantOnly = action === 'PRINT_IMPORTANT';
      process.stdout.write(formatConfig(NAMESRV_CONFIG_SCHEMA, config, { importantOnly }));
      return;
    }
    const logger = new ProcessLogger();
    for (const warning of warnings) logger.warn(formatConfigProblem(warning));
    const deps = { fileSystem: new NodeFileSystem(), clock: new SystemClock(), logger };
    const controller = new NamesrvController(config, deps, { keepProcessAlive: true });
    await runServer({
      program: USAGE.program,
      logger,
      start: () => startController(controller),
      createContext,
    });
  } catch (error) {
    failStart(USAGE.program, error);
  }
}

async function startController(controller: NamesrvController): Promise<NamesrvController> {
  controller.initialize();
  await controller.start();
  return controller;
}

function createContext(controller: NamesrvController): Promise<NestContext> {
  // Loading Nest takes longer than all the rest, so the port is opened before.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { createNamesrvContext } = require('./namesrv-application') as typeof application;
  return createNamesrvContext(controller);
}
