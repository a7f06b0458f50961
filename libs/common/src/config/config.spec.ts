import * as fc from 'fast-check';
import { configProperty } from './config-property';
import { formatConfig } from './format-config';
import { formatProperties, parseProperties } from './properties-file';
import type { ConfigOf } from './read-config';
import {
  assertNoConfigProblems,
  environmentVariableOf,
  formatConfigProblem,
  readConfig,
} from './read-config';

const SCHEMA = {
  brokerName: configProperty.text('broker-a', { important: true }),
  listenPort: configProperty.int(10911, { min: 0, max: 65535, important: true }),
  maxBytes: configProperty.long(4 * 2 ** 31),
  ratio: configProperty.double(0.5, { min: 0, max: 1 }),
  autoCreateTopicEnable: configProperty.boolean(true),
  flushDiskType: configProperty.oneOf(['ASYNC_FLUSH', 'SYNC_FLUSH'], 'ASYNC_FLUSH'),
  secretKey: configProperty.text('', { secret: true }),
  brokerIP1: configProperty.text(),
};

const read = (text: string, env?: Record<string, string>) =>
  readConfig(SCHEMA, parseProperties(text, 'broker.conf'), { env, withoutEffect: NO_EFFECT });
const NO_EFFECT = new Set(['sendMessageThreadPoolNums']);

describe('properties files', () => {
  it.each([
    ['a=b', [['a', 'b', 1]]],
    ['a = b', [['a', 'b', 1]]],
    ['  a=b  ', [['a', 'b', 1]]],
    ['a:b', [['a', 'b', 1]]],
    ['a b', [['a', 'b', 1]]],
    ['a', [['a', '', 1]]],
    ['a=', [['a', '', 1]]],
    ['a=b=c', [['a', 'b=c', 1]]],
    ['\uFEFFa=b', [['a', 'b', 1]]],
    [
      '# c\n\n! c\na=b\r\nc=d\re=f',
      [
        ['a', 'b', 4],
        ['c', 'd', 5],
        ['e', 'f', 6],
      ],
    ],
    [
      'a=1,\\\n   2,\\\n 3\nb=c',
      [
        ['a', '1,2,3', 1],
        ['b', 'c', 4],
      ],
    ],
    [
      'a=C\\:\\\\x\nb=c',
      [
        ['a', 'C:\\x', 1],
        ['b', 'c', 2],
      ],
    ],
    ['a\\ b=\\u4e2d\\t\\n', [['a b', '中\t\n', 1]]],
    ['a=b # not a comment', [['a', 'b # not a comment', 1]]],
    ['a=b\\', [['a', 'b', 1]]],
    ['a=b\\\n', [['a', 'b', 1]]],
    ['', []],
  ] as [string, [string, string, number][]][])('reads %j', (text, expected) => {
    const entries = parseProperties(text, 'f');
    expect(entries.map(({ name, value, line }) => [name, value, line])).toEqual(expected);
  });

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string()), { maxLength: 5 }),
        (pairs) => {
          const entries = parseProperties(formatProperties(pairs), 'f');
          expect(entries.map(({ name, value }) => [name, value])).toEqual(pairs);
        },
      ),
      { numRuns: 300, seed: 6 },
    );
  });
});

describe('readConfig', () => {
  it('gives the defaults for an empty file', () => {
    const { values, warnings, problems, given } = read('');
    expect(values).toEqual({
      brokerName: 'broker-a',
      listenPort: 10911,
      maxBytes: 8589934592,
      ratio: 0.5,
      autoCreateTopicEnable: true,
      flushDiskType: 'ASYNC_FLUSH',
      secretKey: '',
      brokerIP1: '',
    });
    expect([warnings, problems, given.size]).toEqual([[], [], 0]);
  });

  it('has the types of the schema', () => {
    const values: ConfigOf<typeof SCHEMA> = read('flushDiskType=sync_flush').values;
    const flush: 'ASYNC_FLUSH' | 'SYNC_FLUSH' = values.flushDiskType;
    const port: number = values.listenPort;
    expect([flush, port]).toEqual(['SYNC_FLUSH', 10911]);
  });

  it('reads each kind', () => {
    const { values, given } = read(
      'brokerName=b\nlistenPort=0\nmaxBytes=5000000000\nratio=1e-1\nautoCreateTopicEnable=FALSE',
    );
    expect(values).toMatchObject({
      brokerName: 'b',
      listenPort: 0,
      maxBytes: 5_000_000_000,
      ratio: 0.1,
      autoCreateTopicEnable: false,
    });
    expect(given.has('listenPort') && !given.has('flushDiskType')).toBe(true);
  });

  it.each([
    ['listenPort=abc', '"abc" is not a whole number; write a whole number from 0 to 65535'],
    ['listenPort=65536', '65536 is out of range; write a whole number from 0 to 65535'],
    ['listenPort=1.5', '"1.5" is not a whole number; write a whole number from 0 to 65535'],
    ['listenPort=', '"" is not a whole number; write a whole number from 0 to 65535'],
    ['ratio=2', '2 is out of range; write a number from 0 to 1'],
    ['autoCreateTopicEnable=yes', '"yes" is neither true nor false; write true or false'],
    ['flushDiskType=X', '"X" is not a known value; write one of ASYNC_FLUSH, SYNC_FLUSH'],
  ])('says where %s is and how to mend it', (line, message) => {
    const { problems, values } = read(`# comment\n${line}`);
    const name = line.split('=')[0];
    expect(problems.map(formatConfigProblem)).toEqual([`broker.conf:2: ${name}: ${message}`]);
    expect(values).toEqual(read('').values);
    expect(() => assertNoConfigProblems(problems)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(message),
      }),
    );
  });

  it.each([
    [
      'listenport=1',
      'listenport: is not a known property and was ignored; did you mean listenPort?',
    ],
    ['zzz=1', 'zzz: is not a known property and was ignored; remove the line or correct the name'],
    ['toString=1', 'toString: is not a known property and was ignored; remove the line or correct'],
    ['sendMessageThreadPoolNums=1', 'sendMessageThreadPoolNums: has no effect here; the line can'],
  ])('warns of %s', (line, message) => {
    const { warnings, problems } = read(line);
    expect(problems).toEqual([]);
    expect(warnings.map(formatConfigProblem)).toEqual([
      expect.stringContaining(`broker.conf:1: ${message}`),
    ]);
  });

  it('takes the last of several values, warning within one file', () => {
    const { values, warnings } = read('listenPort=1\nlistenPort=2');
    expect(values.listenPort).toBe(2);
    expect(warnings.map(formatConfigProblem)).toEqual([
      'broker.conf:2: listenPort: was given before, on line 1; this one counts; remove one of them',
    ]);
    const layered = [
      ...parseProperties('listenPort=1', 'a'),
      ...parseProperties('listenPort=2', 'b'),
    ];
    expect(readConfig(SCHEMA, layered)).toMatchObject({ values: { listenPort: 2 }, warnings: [] });
  });

  it('lets the environment override the file and names the variable in problems', () => {
    const env = { ROCKETMQ_LISTEN_PORT: ' 12 ', ROCKETMQ_BROKER_IP1: '10.0.0.1', LISTEN_PORT: '3' };
    expect(read('listenPort=1', env).values).toMatchObject({
      listenPort: 12,
      brokerIP1: '10.0.0.1',
    });
    const { problems } = read('listenPort=1', { ROCKETMQ_LISTEN_PORT: 'x' });
    expect(formatConfigProblem(problems[0])).toMatch(
      /^environment variable ROCKETMQ_LISTEN_PORT: listenPort: "x" is not/,
    );
  });

  it.each([
    ['brokerIP1', 'ROCKETMQ_BROKER_IP1'],
    ['brokerClusterName', 'ROCKETMQ_BROKER_CLUSTER_NAME'],
    ['enableDLegerCommitLog', 'ROCKETMQ_ENABLE_D_LEGER_COMMIT_LOG'],
    ['haListenPort', 'ROCKETMQ_HA_LISTEN_PORT'],
    ['namesrvAddr', 'ROCKETMQ_NAMESRV_ADDR'],
  ])('the variable of %s is %s', (name, variable) => {
    expect(environmentVariableOf(name)).toBe(variable);
  });
});

describe('formatConfig', () => {
  it('prints all by name, hiding secrets, in a form that can be read again', () => {
    const { values } = read('secretKey=hush\nbrokerName=b');
    const text = formatConfig(SCHEMA, values);
    expect(text).not.toContain('hush');
    expect(text.split('\n').slice(0, 3)).toEqual([
      'autoCreateTopicEnable=true',
      'brokerIP1=',
      'brokerName=b',
    ]);
    expect(read(text.replace('******', 'hush')).values).toEqual(values);
  });

  it('prints the important ones only', () => {
    expect(formatConfig(SCHEMA, read('').values, { importantOnly: true })).toBe(
      'brokerName=broker-a\nlistenPort=10911\n',
    );
  });
});
