import { errorCodeOf, errorMessageOf } from '@rocket-nest/common';
import { createPinoSink } from './pino-sink';
import type { ProcessLogger } from './process-logger';

/** What runs after the ports are open: a Nest application context. */
export interface NestContext {
  close(signal?: string): Promise<void>;
}

export interface StoppableEngine {
  shutdown(): Promise<void>;
}

/** One server's process, from its start to its orderly end. */
export interface ServerProcess<Engine extends StoppableEngine> {
  readonly program: string;
  readonly logger: ProcessLogger;
  /** Resolves once the ports are open. */
  readonly start: () => Promise<Engine>;
  /** Loads Nest and hands it the engine, whose shutdown is then driven by Nest's hooks. */
  readonly createContext: (engine: Engine) => Promise<NestContext>;
}

/** A start that takes longer, as after a crash with much to read, is told about while it lasts. */
const SLOW_START_MS = 500;
/** Exit code after a second interrupt, as shells expect it. */
const INTERRUPTED_EXIT_CODE = 130;

/**
 * Runs a server until SIGTERM or SIGINT, then stops it through Nest's shutdown hooks and ends the
 * process with 0. A failed start prints one message without a stack and ends with 1. A signal during
 * the start ends the process at once: starts are made to be killed.
 */
export async function runServer<Engine extends StoppableEngine>(
  server: ServerProcess<Engine>,
): Promise<void> {
  const { program, logger } = server;
  const stopSignal = nextStopSignal();
  process.on('uncaughtExceptionMonitor', () => logger.flush());
  let isUp = false;
  void stopSignal.then((signal) => {
    if (!isUp) endProcess(logger, 'stopped before it was up', signal);
  });
  const slowStart = setTimeout(() => logger.useSink(createPinoSink(program)), SLOW_START_MS);
  let engine: Engine | undefined;
  let context: NestContext;
  try {
    engine = await server.start();
    context = await server.createContext(engine);
  } catch (error) {
    await engine?.shutdown();
    logger.flush();
    return failStart(program, error);
  } finally {
    isUp = true;
    clearTimeout(slowStart);
  }
  if (!logger.hasSink) logger.useSink(createPinoSink(program));
  const signal = await stopSignal;
  logger.info('stopping', { signal });
  await context.close(signal);
  endProcess(logger, 'stopped', signal);
}

function endProcess(logger: ProcessLogger, message: string, signal: NodeJS.Signals): void {
  logger.info(message, { signal });
  logger.flush();
  process.exit(0);
}

/** Prints why a program cannot start, without a stack where the error says itself what to do. */
export function failStart(program: string, error: unknown): void {
  const isExpected = errorCodeOf(error) !== undefined;
  const detail = isExpected ? errorMessageOf(error) : ((error as Error)?.stack ?? String(error));
  process.stderr.write(`${program}: ${detail}\n`);
  process.exitCode = 1;
  // What was opened before the failure must not keep the process.
  process.exit();
}

/** Resolves at the first SIGTERM or SIGINT; a second interrupt ends the process at once. */
export function nextStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (isStopping && signal === 'SIGINT') process.exit(INTERRUPTED_EXIT_CODE);
      isStopping = true;
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
