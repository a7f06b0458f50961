import { createOffsetMessageId, decodeMessageId, isOffsetMessageId } from './message-id';

describe('offset message ids', () => {
  it.each([
    ['10.0.0.1:10911', 4096, '0A00000100002A9F0000000000001000'],
    ['[2001:db8::1]:10911', 4096, '20010DB800000000000000000000000100002A9F0000000000001000'],
    ['255.255.255.255:65535', 2 ** 53 - 1, 'FFFFFFFF0000FFFF001FFFFFFFFFFFFF'],
  ])('%s at %d', (address, offset, id) => {
    expect(createOffsetMessageId(address, offset)).toBe(id);
    expect(decodeMessageId(id)).toEqual({ address, offset });
    expect(decodeMessageId(id.toLowerCase())).toEqual({ address, offset });
  });

  it.each(['', 'x'.repeat(32), '0A00000100002A9F', '0'.repeat(33)])('refuses %j', (id) => {
    expect(isOffsetMessageId(id)).toBe(false);
    expect(() => decodeMessageId(id)).toThrow(expect.objectContaining({ code: 'INVALID_MESSAGE' }));
  });

  it('refuses offsets that are no safe number', () => {
    const id = `0A00000100002A9F${'F'.repeat(15)}E`;
    expect(() => decodeMessageId(`${id.slice(0, 16)}7FFFFFFFFFFFFFFF`)).toThrow(
      expect.objectContaining({ code: 'NUMBER_UNSAFE' }),
    );
    expect(() => createOffsetMessageId('10.0.0.1:1', 1.5)).toThrow(
      expect.objectContaining({ code: 'NUMBER_UNSAFE' }),
    );
  });
});
