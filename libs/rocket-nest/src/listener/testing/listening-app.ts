import {
  Module,
  type INestApplicationContext,
  type LoggerService,
  type ModuleMetadata,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { RocketModuleOptions } from '../../rocket-module-options';
import { RocketModule } from '../../rocket.module';

/** Every retry after a second, and new topics are found at once. */
export const HASTY_OPTIONS: RocketModuleOptions = {
  embedded: { brokerProperties: { messageDelayLevel: Array(18).fill('1s').join(' ') } },
  client: { pollNameServerIntervalMs: 100, rebalanceIntervalMs: 200 } as object,
  defaults: { consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' },
};

/** Keeps log lines instead of printing them. */
export class RecordedLog implements LoggerService {
  readonly lines: string[] = [];
  readonly log = this.record('log');
  readonly warn = this.record('warn');
  readonly error = this.record('error');
  readonly debug = this.record('debug');

  /** Whether a line matches. */
  has(pattern: RegExp): boolean {
    return this.lines.some((line) => pattern.test(line));
  }

  private record(level: string): (message: unknown) => void {
    return (message) => void this.lines.push(`${level} ${String(message)}`);
  }
}

/** An application of the given providers with an embedded broker of its own, started. */
export async function startListeningApp(
  metadata: ModuleMetadata,
  options: Partial<RocketModuleOptions> = {},
  logger: LoggerService = new RecordedLog(),
): Promise<INestApplicationContext> {
  @Module({
    ...metadata,
    imports: [RocketModule.forRoot({ ...HASTY_OPTIONS, ...options }), ...(metadata.imports ?? [])],
  })
  class ListeningAppModule {}
  return NestFactory.createApplicationContext(ListeningAppModule, {
    logger,
    abortOnError: false,
    bufferLogs: false,
  });
}
