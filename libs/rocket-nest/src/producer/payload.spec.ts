import { encodePayload } from './payload';

describe('encodePayload', () => {
  it('sends bytes as they are', () => {
    const { body, contentType } = encodePayload(new Uint8Array([1, 2]));
    expect([...body]).toEqual([1, 2]);
    expect(contentType).toBe('application/octet-stream');
  });

  it('sends text as UTF-8 and everything else as JSON', () => {
    expect(encodePayload('ü').body).toEqual(Buffer.from('ü'));
    expect(encodePayload({ id: 1 }).body.toString()).toBe('{"id":1}');
    expect(encodePayload(null).body.toString()).toBe('null');
  });

  it('refuses what JSON cannot hold', () => {
    expect(() => encodePayload(undefined)).toThrow(TypeError);
    expect(() => encodePayload(() => 1)).toThrow(TypeError);
  });
});
