import { formatIsoTime } from './calendar';
import type { Logger } from './logger';
import { realWallNow } from './real-timers';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Fields = Readonly<Record<string, unknown>>;

/** One line an entry: time, level, message, fields as JSON. Warnings and errors go to stderr. */
export class ConsoleLogger implements Logger {
  private readonly lowest: number;

  /** `level`: the least severe that is written. Default info. */
  constructor(level: LogLevel = 'info') {
    this.lowest = LOG_LEVELS.indexOf(level);
  }

  debug(message: string, fields?: Fields): void {
    this.write('debug', message, fields);
  }

  info(message: string, fields?: Fields): void {
    this.write('info', message, fields);
  }

  warn(message: string, fields?: Fields): void {
    this.write('warn', message, fields);
  }

  error(message: string, fields?: Fields): void {
    this.write('error', message, fields);
  }

  private write(level: LogLevel, message: string, fields?: Fields): void {
    const severity = LOG_LEVELS.indexOf(level);
    if (severity < this.lowest) return;
    const time = formatIsoTime(realWallNow());
    const details = fields ? ` ${JSON.stringify(fields, readable)}` : '';
    const stream = severity >= LOG_LEVELS.indexOf('warn') ? process.stderr : process.stdout;
    stream.write(`${time} ${level.toUpperCase()} ${message}${details}\n`);
  }
}

/** JSON knows neither errors nor 64-bit numbers. */
function readable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Object.prototype.toString.call(value) !== '[object Error]') return value;
  const { name, message, stack, cause } = value as Error;
  return { name, message, code: (value as { code?: unknown }).code, cause, stack };
}
