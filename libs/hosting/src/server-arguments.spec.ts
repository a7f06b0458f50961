import { parseServerArguments, serverHelp } from './server-arguments';

const BROKER = { program: 'mqbroker', takesNamesrvAddr: true };
const NAMESRV = { program: 'mqnamesrv', takesNamesrvAddr: false };

describe('parseServerArguments', () => {
  test.each([
    [[], { action: 'RUN', configFile: undefined, namesrvAddr: undefined }],
    [['-c', 'a.conf'], { action: 'RUN', configFile: 'a.conf' }],
    [['--configFile=a.conf', '-n', 'h:1;i:2'], { configFile: 'a.conf', namesrvAddr: 'h:1;i:2' }],
    [['-p'], { action: 'PRINT_ALL' }],
    [['--printImportantConfig'], { action: 'PRINT_IMPORTANT' }],
    [['-h', '-p'], { action: 'HELP' }],
  ])('%j', (argv, expected) => {
    expect(parseServerArguments(BROKER, argv)).toMatchObject(expected);
  });

  test.each([[['-x']], [['-c']], [['file.conf']], [['--printConfigItem=yes']]])(
    'refuses %j, naming --help',
    (argv) => {
      expect(() => parseServerArguments(BROKER, argv)).toThrow(
        expect.objectContaining({
          code: 'USAGE',
          message: expect.stringContaining('mqbroker --help'),
        }),
      );
    },
  );

  test('only servers that register take -n', () => {
    expect(() => parseServerArguments(NAMESRV, ['-n', 'h:1'])).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    );
    expect(serverHelp(NAMESRV)).not.toContain('--namesrvAddr');
    expect(serverHelp(BROKER)).toContain('--namesrvAddr');
  });
});
