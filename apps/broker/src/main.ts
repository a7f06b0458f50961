import { NodeFileSystem, SystemClock, SystemRandom } from '@rocket-nest/common';
import { formatConfig } from '@rocket-nest/common/internal';
import { BrokerController, brokerSchema, readBrokerConfig } from '@rocket-nest/broker';
import {
  runServerProgram,
  type ConfiguredServer,
  type ServerArguments,
} from '@rocket-nest/hosting';
import type * as application from './broker-application';
import { prepareBrokerMetrics } from './metrics/broker-metrics';

/** Long enough for requests that are on their way when the broker leaves the name servers. */
const DRAIN_MS = 300;

/** Runs the broker program until it is told to stop. */
export function main(argv: readonly string[]): Promise<void> {
  const usage = { program: 'mqbroker', takesNamesrvAddr: true };
  return runServerProgram({ usage, configure }, argv);
}

function configure(
  text: string,
  fileName: string,
  { namesrvAddr }: ServerArguments,
): ConfiguredServer<BrokerController> {
  const overrides = namesrvAddr === undefined ? undefined : { namesrvAddr };
  const { config, values, warnings } = readBrokerConfig(text, fileName, {
    env: process.env,
    overrides,
  });
  const metrics = prepareBrokerMetrics(config);
  return {
    warnings,
    format: (importantOnly) => formatConfig(brokerSchema, values, { importantOnly }),
    async start(logger) {
      const controller = new BrokerController(config, {
        fileSystem: new NodeFileSystem(),
        clock: new SystemClock(),
        random: new SystemRandom(),
        logger,
        ...metrics?.observers,
        keepProcessAlive: true,
        drainMs: DRAIN_MS,
      });
      await controller.initialize();
      await controller.start();
      return controller;
    },
    createContext(controller) {
      // Loading Nest takes longer than all the rest, so the ports are opened before.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { createBrokerContext } = require('./broker-application') as typeof application;
      return createBrokerContext(controller, metrics?.exporterOf(controller));
    },
  };
}
