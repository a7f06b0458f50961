import { createMessage } from '@rocket-nest/common';
import { decodePayload } from './decode-payload';
import { MessageSerializers } from './message-serializers';

const message = (body: string | Buffer, contentType?: string) =>
  createMessage({ topic: 'T', body, ...(contentType && { properties: { contentType } }) });

describe('MessageSerializers', () => {
  const serializers = new MessageSerializers();

  it('writes bytes as they are, text as UTF-8 and everything else as JSON', () => {
    const bytes = new Uint8Array([9, 1, 2]).subarray(1);
    expect(serializers.for(bytes).contentType).toBe('application/octet-stream');
    expect([...serializers.for(bytes).serialize(bytes)]).toEqual([1, 2]);
    expect(serializers.for('ü').serialize('ü')).toEqual(Buffer.from('ü'));
    expect(serializers.for({ id: 1 }).serialize({ id: 1 }).toString()).toBe('{"id":1}');
    expect(serializers.for(null).serialize(null).toString()).toBe('null');
  });

  it('refuses what JSON cannot hold', () => {
    expect(() => serializers.for(undefined).serialize(undefined)).toThrow(TypeError);
    expect(() => serializers.for(1n).serialize(1n)).toThrow(TypeError);
  });

  it('finds a serializer whatever the case and the parameters of the content type', () => {
    expect(serializers.of('Application/JSON; charset=utf-8')).toBe(serializers.for({}));
    expect(serializers.of('application/x-protobuf')).toBeUndefined();
  });

  it('takes own serializers, also in place of a built-in one', () => {
    const json = {
      contentType: 'application/json',
      serialize: () => Buffer.from('own'),
      deserialize: () => 'own',
    };
    const own = new MessageSerializers([json]);
    expect(own.for({})).toBe(json);
    expect(decodePayload(message('{}', 'application/json'), own)).toBe('own');
  });
});

describe('decodePayload', () => {
  const serializers = new MessageSerializers();

  it('reads by content type', () => {
    expect(decodePayload(message('{"a":1}', 'application/json'), serializers)).toEqual({ a: 1 });
    expect(decodePayload(message('{"a":1}', 'text/plain'), serializers)).toBe('{"a":1}');
    const bytes = decodePayload(message('x', 'application/octet-stream'), serializers);
    expect(bytes).toEqual(Buffer.from('x'));
  });

  it('takes a body without content type for JSON, else for text', () => {
    expect(decodePayload(message('{"a":1}'), serializers)).toEqual({ a: 1 });
    expect(decodePayload(message('{"a":'), serializers)).toBe('{"a":');
  });

  it('throws when the body is not what its content type says, or nobody knows that type', () => {
    expect(() => decodePayload(message('{', 'application/json'), serializers)).toThrow(SyntaxError);
    expect(() => decodePayload(message('{', 'application/avro'), serializers)).toThrow(
      /no serializer for content type 'application\/avro'.*serializers/,
    );
  });
});
