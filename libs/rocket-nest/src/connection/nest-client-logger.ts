import { Logger as NestLogger } from '@nestjs/common';
import type { Logger } from '@rocket-nest/common';

/** Lets the client's log lines go where the application's go. */
export class NestClientLogger implements Logger {
  private readonly logger = new NestLogger('RocketClient');

  debug(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.logger.debug(message, ...rest(fields));
  }

  info(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.logger.log(message, ...rest(fields));
  }

  warn(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.logger.warn(message, ...rest(fields));
  }

  error(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.logger.error(message, ...rest(fields));
  }
}

function rest(fields: Readonly<Record<string, unknown>> | undefined): unknown[] {
  return fields ? [fields] : [];
}
