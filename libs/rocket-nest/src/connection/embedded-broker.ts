import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MQAdmin, type ClientDependencies } from '@rocket-nest/client';
import { errorCodeOf, errorMessageOf } from '@rocket-nest/common';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { EmbeddedOptions } from '../rocket-module-options';

/** The part of `@rocket-nest/standalone` that is used, loaded only when asked for. */
interface Standalone {
  readonly broker: unknown;
  readonly namesrv: unknown;
  start(): Promise<{ readonly namesrvAddr: string; readonly folder: string }>;
  shutdown(): Promise<void>;
}
interface StandaloneModule {
  readonly Standalone: new (options: object) => Standalone;
}

/** Every broker registers this topic. */
const TOPIC_OF_ALL_BROKERS = 'TBW102';
const JOIN_TRIES = 200;
const JOIN_PAUSE_MS = 50;

/**
 * A broker in this process, private or shared: of the services that name the same port, the first
 * starts it and the others use it.
 */
export class EmbeddedBroker {
  private running: Standalone | undefined;
  private offsets: string | undefined;

  constructor(private readonly options: EmbeddedOptions) {}

  /** Undefined when the broker is another service's, or does not run. */
  get standalone(): Standalone | undefined {
    return this.running;
  }

  /** Folder for the offsets of broadcasting listeners: gone when the messages are. */
  get localOffsetStoreDir(): string | undefined {
    return this.offsets;
  }

  /** Resolves to the name server's address once messages can be sent. */
  async start(dependencies: ClientDependencies): Promise<string> {
    const { port, folder, brokerPort, brokerProperties, clock } = this.options;
    const { Standalone } = loadStandalone();
    const standalone = new Standalone({
      namesrvPort: port,
      brokerPort,
      folder,
      brokerProperties,
      clock,
    });
    try {
      const { namesrvAddr, folder: home } = await standalone.start();
      this.offsets = join(home, 'offsets');
      this.running = standalone;
      return namesrvAddr;
    } catch (error) {
      if (!port || errorCodeOf(error) !== 'BIND_FAILED') throw error;
      return await joinRunning(`127.0.0.1:${port}`, dependencies, error);
    }
  }

  async shutdown(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    await running?.shutdown();
  }
}

function loadStandalone(): StandaloneModule {
  try {
    // A native import() fails inside Jest, so the optional part is loaded by require.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require('@rocket-nest/standalone') as StandaloneModule;
  } catch (error) {
    throw new RocketConfigError(
      `'embedded' needs @rocket-nest/standalone: npm install @rocket-nest/standalone ` +
        `(${errorMessageOf(error)})`,
    );
  }
}

/** Waits until the name server that took the port knows its broker. */
async function joinRunning(
  namesrvAddr: string,
  dependencies: ClientDependencies,
  cause: unknown,
): Promise<string> {
  const admin = new MQAdmin({ namesrvAddr }, dependencies);
  await admin.start();
  try {
    let problem: unknown = cause;
    for (let tries = 0; tries < JOIN_TRIES; tries++) {
      try {
        if (await admin.topicRoute(TOPIC_OF_ALL_BROKERS)) return namesrvAddr;
      } catch (error) {
        problem = error;
      }
      await pause(JOIN_PAUSE_MS, undefined, { ref: false });
    }
    throw new RocketConfigError(
      `'embedded.port': ${namesrvAddr} is taken, but no embedded broker of another service answers ` +
        `there (${errorMessageOf(problem)}); choose another port, or end what listens on it`,
    );
  } finally {
    await admin.shutdown();
  }
}
