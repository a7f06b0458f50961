import type { LogSink } from './process-logger';

/** Environment variable with the least severe level that is written; default info. */
const LOG_LEVEL_ENV = 'ROCKETMQ_LOG_LEVEL';

/** Loads pino; JSON lines to stdout, written off the event loop. */
export function createPinoSink(name: string): LogSink {
  // Loaded late: it takes longer than opening the ports.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { destination: openDestination, pino } = require('pino') as typeof import('pino');
  const destination = openDestination({ dest: 1, sync: false });
  const level = process.env[LOG_LEVEL_ENV] ?? 'info';
  const logger = pino({ name, level, timestamp: false, base: { pid: process.pid } }, destination);
  return {
    write(severity, message, fields, timeMs) {
      logger[severity]({ time: timeMs, ...fields }, message);
    },
    flush() {
      try {
        destination.flushSync();
      } catch {
        // stdout is gone or not yet open: there is nobody left to tell
      }
    },
  };
}
