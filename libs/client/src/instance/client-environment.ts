import {
  ConsoleLogger,
  NodeFileSystem,
  SystemClock,
  SystemRandom,
  type Clock,
  type FileSystem,
  type Logger,
  type Random,
} from '@rocket-nest/common';
import { RemotingClient } from '@rocket-nest/remoting';
import type { ClientDependencies, ClientSettings } from '../config/client-options';
import type { ClientTransport } from '../transport/client-transport';

/** `ClientDependencies` with their defaults. */
export interface ClientEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly fileSystem: FileSystem;
  createTransport(settings: ClientSettings): ClientTransport;
}

export function clientEnvironment(dependencies: ClientDependencies): ClientEnvironment {
  const clock = dependencies.clock ?? new SystemClock();
  const logger = dependencies.logger ?? new ConsoleLogger('warn');
  const given = dependencies.transport;
  return {
    clock,
    random: dependencies.random ?? new SystemRandom(),
    logger,
    fileSystem: dependencies.fileSystem ?? new NodeFileSystem(),
    createTransport: ({ connectTimeoutMs, keepProcessAlive, tls }) =>
      given?.() ??
      new RemotingClient({ connectTimeoutMs, keepProcessAlive, tls }, { clock, logger }),
  };
}
