import { join } from 'node:path';
import { parseStandaloneArguments } from './standalone-arguments';

const parse = (...argv: string[]) => parseStandaloneArguments(argv, '/work');

describe('parseStandaloneArguments', () => {
  test('defaults are the original ports and ./data', () => {
    expect(parse()).toEqual({
      help: false,
      namesrvPort: 9876,
      brokerPort: 10_911,
      folder: join('/work', 'data'),
      host: '127.0.0.1',
    });
  });

  test('flags', () => {
    const given = ['--namesrv-port', '0', '--broker-port=4000', '--folder', '/d', '--host', '::1'];
    expect(parse(...given)).toEqual({
      help: false,
      namesrvPort: 0,
      brokerPort: 4000,
      folder: '/d',
      host: '::1',
    });
    expect(parse('--help').help).toBe(true);
  });

  test.each([
    [['--broker-port', '-1']],
    [['--broker-port', '65536']],
    [['--namesrv-port', '1.5']],
    [['--namesrv-port', '']],
    [['--port', '1']],
    [['data']],
  ])('%j is refused', (argv) => {
    expect(() => parse(...argv)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
