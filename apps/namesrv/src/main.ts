import { NodeFileSystem, SystemClock } from '@rocket-nest/common';
import { formatConfig } from '@rocket-nest/common/internal';
import { runServerProgram, type ConfiguredServer } from '@rocket-nest/hosting';
import { NAMESRV_CONFIG_SCHEMA, NamesrvController, readNamesrvConfig } from '@rocket-nest/namesrv';
import type * as application from './namesrv-application';
import { prepareNamesrvMetrics } from './namesrv-metrics';

/** Runs the name server program until it is told to stop. */
export function main(argv: readonly string[]): Promise<void> {
  const usage = { program: 'mqnamesrv', takesNamesrvAddr: false };
  return runServerProgram({ usage, configure }, argv);
}

function configure(text: string, fileName: string): ConfiguredServer<NamesrvController> {
  const { config, warnings } = readNamesrvConfig(text, fileName, { env: process.env });
  const metrics = prepareNamesrvMetrics(config);
  return {
    warnings,
    format: (importantOnly) => formatConfig(NAMESRV_CONFIG_SCHEMA, config, { importantOnly }),
    async start(logger) {
      const deps = {
        fileSystem: new NodeFileSystem(),
        clock: new SystemClock(),
        logger,
        rpcObserver: metrics?.rpcObserver,
      };
      const controller = new NamesrvController(config, deps, { keepProcessAlive: true });
      controller.initialize();
      await controller.start();
      return controller;
    },
    createContext(controller) {
      // Loading Nest takes longer than all the rest, so the port is opened before.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { createNamesrvContext } = require('./namesrv-application') as typeof application;
      return createNamesrvContext(controller, metrics?.exporterOf(controller));
    },
  };
}
