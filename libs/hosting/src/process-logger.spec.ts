import { ProcessLogger, type LogSink } from './process-logger';

class KeptLines implements LogSink {
  readonly lines: string[] = [];
  flushes = 0;

  write(level: string, message: string, fields: object): void {
    this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  }

  flush(): void {
    this.flushes++;
  }
}

describe('ProcessLogger', () => {
  test('lines wait for the sink, and come in their order', () => {
    const logger = new ProcessLogger();
    logger.info('first', { a: 1 });
    logger.error('second');
    const sink = new KeptLines();
    logger.useSink(sink);
    logger.debug('third');
    expect(sink.lines).toEqual(['info first {"a":1}', 'error second {}', 'debug third {}']);
    logger.flush();
    expect(sink.flushes).toBe(1);
  });

  test('without a sink a thousand lines are kept, the rest is counted', () => {
    const logger = new ProcessLogger();
    for (let i = 0; i < 1_010; i++) logger.info(`line ${i}`);
    const sink = new KeptLines();
    logger.useSink(sink);
    expect(sink.lines).toHaveLength(1_001);
    expect(sink.lines.at(-1)).toBe('warn log lines dropped at start {"dropped":10}');
  });

  test('a flush before there is a sink writes plainly', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      const logger = new ProcessLogger();
      logger.warn('early', { why: 'x' });
      logger.flush();
      expect(write).toHaveBeenCalledWith(expect.stringMatching(/WARN early \{"why":"x"\}\n$/));
    } finally {
      write.mockRestore();
    }
  });
});
