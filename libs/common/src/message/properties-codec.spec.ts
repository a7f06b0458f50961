import {
  decodeProperties,
  encodeProperties,
  endOfPropertyValue,
  findProperty,
  joinProperties,
  propertyValueOf,
} from './properties-codec';

const wire = (text: string): string => text.replace(/=/g, '\u0001').replace(/;/g, '\u0002');

describe('message properties', () => {
  it('encodes name, 1, value, 2', () => {
    expect(
      encodeProperties(
        new Map([
          ['KEYS', 'k1'],
          ['TAGS', '中文'],
        ]),
      ),
    ).toBe('KEYS\u0001k1\u0002TAGS\u0001中文\u0002');
  });

  // What the original's decoder answers for each of these was observed.
  it.each([
    ['', {}],
    ['a=b;', { a: 'b' }],
    ['a=b', { a: 'b' }],
    ['a=;b=c;', { b: 'c' }],
    ['=b;', {}],
    ['=bb;', {}],
    ['aa=;', {}],
    ['abcd;', {}],
    ['aa;b=c;', { b: 'c' }],
    ['ab==c;', { ab: '\u0001c' }],
    ['a=b=c;', { a: 'b\u0001c' }],
    ['a==;', { a: '\u0001' }],
    ['a=1;b=2;a=3;', { a: '3', b: '2' }],
    [';;a=b;;', { a: 'b' }],
  ])('decodes %j', (text, expected) => {
    const encoded = wire(text);
    expect(Object.fromEntries(decodeProperties(encoded))).toEqual(expected);
    expect(Object.fromEntries(decodeProperties(Buffer.from(encoded)))).toEqual(expected);
    const bytes = Buffer.from(encoded);
    for (const name of ['a', 'b', 'aa', 'ab', 'abcd', 'c']) {
      expect([name, propertyValueOf(bytes, name)]).toEqual([
        name,
        (expected as Record<string, string>)[name],
      ]);
    }
  });

  it.each([
    ['a\u0001', 'b'],
    ['a\u0002', 'b'],
    ['a', 'b\u0002'],
  ])('does not write what would be read as another property: %j', (name, value) => {
    expect(() => encodeProperties(new Map([[name, value]]))).toThrow(
      expect.objectContaining({ code: 'INVALID_MESSAGE' }),
    );
  });

  it('finds a property inside a larger buffer and not beyond its end', () => {
    const bytes = Buffer.from(wire('xTAGS=no;TAGS=yes;KEYS=k;'));
    const tags = Buffer.from('TAGS');
    const start = findProperty(bytes, 0, bytes.length, tags);
    expect(bytes.toString('utf8', start, endOfPropertyValue(bytes, start, bytes.length))).toBe(
      'yes',
    );
    expect(findProperty(bytes, 0, bytes.indexOf('TAGS=yes'), tags)).toBe(-1);
    expect(findProperty(bytes, 0, 14, tags)).toBe(-1);
  });

  it.each([
    ['a=b;', 'c=d;', 'a=b;c=d;'],
    ['a=b', 'c=d;', 'a=b;c=d;'],
    ['', 'c=d;', 'c=d;'],
    ['a=b', '', 'a=b'],
  ])('joins %j and %j', (first, second, joined) => {
    expect(joinProperties(Buffer.from(wire(first)), Buffer.from(wire(second))).toString()).toBe(
      wire(joined),
    );
  });
});
