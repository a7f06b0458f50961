import * as fc from 'fast-check';

import { parseJson } from './parse-json';
import { ObjectKeyMap, stringifyJson } from './stringify-json';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('parseJson', () => {
  it.each([
    ['integers as names', '{0:"a",-1:"b"}', { '0': 'a', '-1': 'b' }],
    ['quoted integers as names', '{"0":"a"}', { '0': 'a' }],
    ['a trailing comma', '{"a":[1,2,],}', { a: [1, 2] }],
    ['single quotes', "{'a':'b\"c'}", { a: 'b"c' }],
    ['comments', '{/*x*/"a":1, // y\n"b":2}', { a: 1, b: 2 }],
    ['escapes', '"\\u0041\\n\\t\\\\\\"\\/\\x41"', 'A\n\t\\"/A'],
    ['empty ones', '[{},[],""]', [{}, [], '']],
    ['numbers', '[0,-1,1.5,1e3,-2.5E-1]', [0, -1, 1.5, 1000, -0.25]],
    ['words', '[true,false,null]', [true, false, null]],
  ])('takes %s', (_what, text, value) => {
    expect(plain(parseJson(text))).toEqual(value);
  });

  it('gives maps with objects as keys as pairs', () => {
    const text = '{"offsetTable":{{"topic":"t","queueId":0}:5,{"topic":"u","queueId":1}:{"x":1}}}';
    expect(plain(parseJson(text))).toEqual({
      offsetTable: [
        [{ topic: 't', queueId: 0 }, 5],
        [{ topic: 'u', queueId: 1 }, { x: 1 }],
      ],
    });
  });

  it('keeps 64-bit integers exact', () => {
    expect(parseJson('[9223372036854775807,-9223372036854775808,9007199254740991]')).toEqual([
      9223372036854775807n,
      -9223372036854775808n,
      9007199254740991,
    ]);
  });

  it('gives objects without a prototype', () => {
    const object = parseJson('{"__proto__":{"a":1},"constructor":2}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(object)).toBeNull();
    expect(Object.keys(object)).toEqual(['__proto__', 'constructor']);
  });

  it.each([
    '',
    '{',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    '[1 2]',
    '[1]]',
    '"abc',
    '"\\u12"',
    'tru',
    '{"a":1,,"b":2}',
    '-',
    '01x',
    '/',
  ])('refuses %s', (text) => {
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: 'BAD_JSON' }));
  });

  it('refuses nesting beyond 32 levels, objects as names included', () => {
    const nest = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parseJson(nest(32))).not.toThrow();
    expect(() => parseJson(nest(33))).toThrow(expect.objectContaining({ code: 'BAD_JSON' }));
    expect(() => parseJson('{'.repeat(100_000))).toThrow(
      expect.objectContaining({ code: 'BAD_JSON' }),
    );
  });

  it('agrees with JSON.parse on standard JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 10, noUnicodeString: false }), (text) => {
        const value: unknown = JSON.parse(text);
        expect(plain(normalized(parseJson(text)))).toEqual(plain(value));
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it('fails on damaged text with BAD_JSON or not at all', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (text, at, inserted) => {
        const cut = at % (text.length + 1);
        try {
          parseJson(text.slice(0, cut) + inserted + text.slice(cut + 1));
        } catch (error) {
          expect((error as { code?: unknown }).code).toBe('BAD_JSON');
        }
      }),
      { seed: 4, numRuns: 2000 },
    );
  });
});

/** JSON.parse rounds integers that parseJson keeps exact. */
function normalized(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(normalized);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(
    ([name, member]) => [name, normalized(member)] as const,
  );
  return Object.fromEntries(members);
}

describe('stringifyJson', () => {
  it('leaves out what is null or undefined, and writes Maps, Sets and bigints', () => {
    const value = {
      a: undefined,
      b: null,
      c: new Map<unknown, unknown>([
        [1, 'x'],
        ['k"', 2n ** 63n],
      ]),
      d: new Set([1, 2]),
      e: NaN,
    };
    expect(stringifyJson(value)).toBe(
      '{"c":{"1":"x","k\\"":9223372036854775808},"d":[1,2],"e":null}',
    );
  });

  it('writes objects as names', () => {
    const map = new ObjectKeyMap([[{ brokerName: 'b', queueId: 0, topic: 't' }, 5]]);
    expect(stringifyJson({ offsetTable: map })).toBe(
      '{"offsetTable":{{"brokerName":"b","queueId":0,"topic":"t"}:5}}',
    );
  });

  it('writes config files as RocketMQ does', () => {
    const table = new Map([['TopicTest@GID', new Map([[0, 5]])]]);
    const value = { empty: {}, groups: ['a', 'b'], offsetTable: table, positions: [44, 4] };
    expect(stringifyJson(value, { indent: '\t', bareIntegerKeys: true })).toBe(
      '{\n\t"empty":{},\n\t"groups":[\n\t\t"a",\n\t\t"b"\n\t],\n\t"offsetTable":{\n' +
        '\t\t"TopicTest@GID":{\n\t\t\t0:5\n\t\t}\n\t},\n\t"positions":[44,4]\n}',
    );
  });
});
