import { JsonEntries, jsonChunks } from './json-chunks';
import type { JsonValue } from './json-chunks';

const textOf = (value: JsonValue, pretty: boolean): string =>
  [...jsonChunks(value, pretty)].join('');

describe('jsonChunks', () => {
  const value: JsonValue = {
    dataVersion: { counter: 0, stateVersion: 0, timestamp: 5 },
    empty: new Map(),
    offsetTable: new JsonEntries(() => [['T@G', new Map([[0, 2]])]]),
    list: ['a', 'b'],
    numbers: [1, 2],
    nothing: undefined,
  };

  it('writes RocketMQ’s files: tabs, bare number keys, arrays of numbers on one line', () => {
    expect(textOf(value, true)).toBe(
      '{\n\t"dataVersion":{\n\t\t"counter":0,\n\t\t"stateVersion":0,\n\t\t"timestamp":5\n\t},' +
        '\n\t"empty":{},\n\t"offsetTable":{\n\t\t"T@G":{\n\t\t\t0:2\n\t\t}\n\t},' +
        '\n\t"list":[\n\t\t"a",\n\t\t"b"\n\t],\n\t"numbers":[1,2]\n}',
    );
  });

  it('writes plain JSON when not pretty', () => {
    expect(JSON.parse(textOf(value, false))).toEqual({
      dataVersion: { counter: 0, stateVersion: 0, timestamp: 5 },
      empty: {},
      offsetTable: { 'T@G': { 0: 2 } },
      list: ['a', 'b'],
      numbers: [1, 2],
    });
  });

  it('gives a table entry by entry', () => {
    let asked = 0;
    const entries = function* (): Generator<readonly [string, number]> {
      for (; asked < 1000; asked++) yield [`t${asked}`, asked];
    };
    const chunks = jsonChunks({ table: new JsonEntries(entries) }, false);
    for (let i = 0; i < 10; i++) chunks.next();
    expect(asked).toBeLessThan(10);
  });
});
