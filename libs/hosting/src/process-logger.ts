import type { Logger } from '@rocket-nest/common';

type Level = 'debug' | 'info' | 'warn' | 'error';
type Fields = Readonly<Record<string, unknown>>;
type Entry = readonly [level: Level, message: string, fields: Fields | undefined, timeMs: number];

/** Where log lines go once it is there. */
export interface LogSink {
  write(level: Level, message: string, fields: Fields, timeMs: number): void;
  flush(): void;
}

/** Lines kept until the sink is there; later ones are counted and dropped. */
const MAX_WAITING_LINES = 1_000;

/**
 * The servers' logger. Loading the library that formats lines takes longer than opening the ports,
 * so lines wait in memory until `useSink` is called; `flush` writes them plainly if it never was.
 */
export class ProcessLogger implements Logger {
  private waiting: Entry[] = [];
  private dropped = 0;
  private sink: LogSink | undefined;

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

  get hasSink(): boolean {
    return this.sink !== undefined;
  }

  /** From now on lines go to `sink`; those that waited go first. */
  useSink(sink: LogSink): void {
    this.sink = sink;
    const { waiting, dropped } = this;
    this.waiting = [];
    this.dropped = 0;
    for (const [level, message, fields, timeMs] of waiting) {
      sink.write(level, message, fields ?? {}, timeMs);
    }
    if (dropped > 0) sink.write('warn', 'log lines dropped at start', { dropped }, Date.now());
  }

  /** Writes out everything now; for the moments before the process ends. */
  flush(): void {
    if (!this.hasSink) this.useSink(plainSink);
    this.sink?.flush();
  }

  private write(level: Level, message: string, fields: Fields | undefined): void {
    if (this.sink) this.sink.write(level, message, fields ?? {}, Date.now());
    else if (this.waiting.length < MAX_WAITING_LINES) {
      this.waiting.push([level, message, fields, Date.now()]);
    } else this.dropped++;
  }
}

const plainSink: LogSink = {
  write(level, message, fields, timeMs) {
    if (level === 'debug') return;
    const time = new Date(timeMs).toISOString();
    process.stdout.write(`${time} ${level.toUpperCase()} ${message} ${JSON.stringify(fields)}\n`);
  },
  flush() {
    // process.stdout of a file or a terminal is written at once
  },
};
