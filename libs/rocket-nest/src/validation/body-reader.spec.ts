import type { MessageExt } from '@rocket-nest/common';
import { MessageSerializers } from '../serialization/message-serializers';
import { createBodyReader, type BodyReader } from './body-reader';

function readerOf(declared: unknown): BodyReader {
  return createBodyReader({
    declared,
    place: 'A.on',
    serializers: new MessageSerializers(),
    serializer: undefined,
    validation: undefined,
  });
}

function message(body: string, contentType?: string): MessageExt {
  const properties = new Map(contentType === undefined ? [] : [['contentType', contentType]]);
  return { body: Buffer.from(body), properties } as MessageExt;
}

describe('createBodyReader', () => {
  class Plain {
    a = 0;
  }

  it.each([
    ['text as it is', String, message('{"a":1}', 'application/json'), '{"a":1}'],
    ['bytes as they are', Buffer, message('ab', 'text/plain'), Buffer.from('ab')],
    [
      'JSON for a class, whatever the content type',
      Plain,
      message('{"a":1}', 'text/plain'),
      { a: 1 },
    ],
    [
      'JSON from bytes for a class',
      Plain,
      message('{"a":1}', 'application/octet-stream'),
      { a: 1 },
    ],
    ['by content type', undefined, message('"a"', 'text/plain'), '"a"'],
    ['JSON without a content type', undefined, message('[1]'), [1]],
    ['text that is no JSON', undefined, message('[1'), '[1'],
  ])('reads %s', (_what, declared, given, value) => {
    expect(readerOf(declared).decode(given)).toEqual(value);
  });

  it.each([
    ['no JSON for a class', Plain, message('{')],
    ['an unknown content type', undefined, message('x', 'application/x-unknown')],
    ['damaged JSON', undefined, message('{', 'application/json')],
  ])('rejects %s, naming the listener', (_what, declared, given) => {
    expect(() => readerOf(declared).decode(given)).toThrow(
      expect.objectContaining({ code: 'REJECT_TO_DLQ', message: expect.stringContaining('A.on') }),
    );
  });

  it('names the option that adds a serializer', () => {
    const read = (): unknown => readerOf(undefined).decode(message('x', 'application/x-unknown'));
    expect(read).toThrow(/'serializers' of the module/);
  });

  it('leaves a class without decorators unchecked', () => {
    expect(readerOf(Plain).check({ b: 2 })).toEqual({ b: 2 });
  });
});
