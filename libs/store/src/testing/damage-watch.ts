import type { Logger } from '@rocket-nest/common';

/** Remembers what is told of damaged files: a crash alone damages none. */
export class DamageWatch implements Logger {
  readonly lines: string[] = [];

  debug(): void {}

  info(): void {}

  warn(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.error(message, fields);
  }

  error(message: string, fields?: Readonly<Record<string, unknown>>): void {
    if (message.includes('damaged index')) this.lines.push(`${message} ${JSON.stringify(fields)}`);
  }
}
