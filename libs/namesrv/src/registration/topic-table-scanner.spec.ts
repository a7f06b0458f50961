import { runAtOnce } from '@rocket-nest/common/internal';
import { readRegisterBody } from './register-body';
import { scanTopicTable } from './topic-table-scanner';

const scan = (text: string) => runAtOnce(scanTopicTable(Buffer.from(text)));
const wrap = (table: string) =>
  `{"filterServerList":[],"topicConfigSerializeWrapper":{"dataVersion":{},"topicConfigTable":${table},"z":{}}}`;

describe('scanTopicTable', () => {
  test('takes the members out and leaves the rest', () => {
    expect(scan(wrap('{"A":{"perm":6},"B":{"x":[{"y":{}}]}}'))).toEqual({
      members: [
        ['A', { perm: 6 }],
        ['B', { x: [{ y: {} }] }],
      ],
      rest: Buffer.from(wrap('{}')),
    });
    expect(scan(wrap('{}'))).toEqual({ members: [], rest: Buffer.from(wrap('{}')) });
  });

  test('is not misled by what texts hold', () => {
    const odd = ['}', '"', '\\', '\\"', '{"topicConfigTable":{', '],[', 'ü', '\u2028', '😀', ''];
    const table = Object.fromEntries(
      odd.map((text, i) => [`T${i}${text}`, { attributes: { [text]: text }, perm: i }]),
    );
    const scanned = scan(wrap(JSON.stringify(table)));
    expect(Object.fromEntries(scanned?.members ?? [])).toEqual(table);
    expect(scanned?.rest.toString()).toBe(wrap('{}'));
  });

  test.each([
    ['white space', wrap('{ "A":{}}')],
    ['single quotes', wrap("{'A':{}}")],
    ['a member that is no object', wrap('{"A":5}')],
    ['bare integer names', wrap('{"A":{0:1}}')],
    ['two members without comma', wrap('{"A":{}"B":{}}')],
    ['an end too early', '{"topicConfigTable":{"A":{"b'],
    ['an end after a member', '{"topicConfigTable":{"A":{}'],
    ['no table', '{}'],
    ['nesting without end', wrap(`{"A":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`)],
  ])('leaves %s to the tolerant reader', (_what, text) => {
    expect(scan(text)).toBeUndefined();
  });

  test('both ways of reading give the same', () => {
    const table = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [
        `topic_${i}`,
        { attributes: { n: `${i}` }, perm: i % 8, readQueueNums: i, writeQueueNums: i },
      ]),
    );
    const compact = wrap(JSON.stringify(table));
    const spaced = wrap(JSON.stringify(table, undefined, 1));
    const read = (text: string) => runAtOnce(readRegisterBody(Buffer.from(text)));
    expect(read(compact)).toEqual(read(spaced));
    expect(read(compact).announced.topics).toHaveLength(500);
  });

  test('gives others their turn while it reads', () => {
    const table = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`t${i}`, {}]));
    const steps = scanTopicTable(Buffer.from(wrap(JSON.stringify(table))));
    let turns = 0;
    while (!steps.next().done) turns++;
    expect(turns).toBeGreaterThan(100);
  });
});
