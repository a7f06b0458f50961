import { createMessage, type MessageExt } from '@rocket-nest/common';
import { readReply, writeReply, type Reply } from './reply';

/** As the requester gets it. */
function overTheWire(reply: Reply): Reply {
  const { payload, headers } = writeReply(reply);
  const body = JSON.stringify(payload);
  const message = createMessage({ topic: 'T', body, properties: headers }) as MessageExt;
  return readReply(message, JSON.parse(body));
}

describe('replies', () => {
  it.each([[[]], [[1]], [[null]], [[[1, 2]]], [[1, 2, 3]]])('carry the values %j', (values) => {
    expect(overTheWire({ values })).toEqual({ values });
  });

  it('carry errors with their message', () => {
    expect(overTheWire({ error: 'no' })).toEqual({ error: 'no' });
    expect(overTheWire({ error: { status: 'error', message: 'no' } })).toEqual({
      error: { status: 'error', message: 'no' },
    });
    const error = Object.assign(new Error('not there'), { code: 'NOT_FOUND' });
    expect(overTheWire({ error })).toEqual({ error: { code: 'NOT_FOUND', message: 'not there' } });
    expect(overTheWire({ error: undefined })).toEqual({ error: 'unknown error' });
  });

  it('of others are one value', () => {
    const message = createMessage({ topic: 'T', body: '[1]' }) as MessageExt;
    expect(readReply(message, [1])).toEqual({ values: [[1]] });
  });
});
