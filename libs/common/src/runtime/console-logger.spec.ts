import { ConsoleLogger } from './console-logger';

describe('ConsoleLogger', () => {
  const written: [string, string][] = [];

  beforeEach(() => {
    written.length = 0;
    for (const name of ['stdout', 'stderr'] as const) {
      jest.spyOn(process[name], 'write').mockImplementation((text) => {
        written.push([name, String(text)]);
        return true;
      });
    }
  });
  afterEach(() => jest.restoreAllMocks());

  it('drops what is below its level and sends warnings to stderr', () => {
    const logger = new ConsoleLogger('info');
    logger.debug('hidden');
    logger.info('started', { port: 10911 });
    logger.warn('odd');
    logger.error('bad');
    expect(written.map(([stream, text]) => [stream, text.replace(/^\S+ /, '')])).toEqual([
      ['stdout', 'INFO started {"port":10911}\n'],
      ['stderr', 'WARN odd\n'],
      ['stderr', 'ERROR bad\n'],
    ]);
    expect(written[0][1]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /);
  });

  it('writes errors with their code and cause, and big numbers', () => {
    const error = Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'E1' });
    new ConsoleLogger().error('failed', { error, offset: 12n });
    expect(written[0][1]).toContain('"message":"outer","code":"E1"');
    expect(written[0][1]).toContain('"message":"inner"');
    expect(written[0][1]).toContain('"offset":"12"');
  });
});
