import type { SendResult } from '@rocket-nest/client';
import { createMessage } from '@rocket-nest/common';
import { sentWithoutPlace } from './sent-without-place';
import { SendWrappers, type SendInvoke, type SendWrapper } from './send-wrappers';

const message = createMessage({ topic: 'T', body: 'b' });
const call = { kind: 'send' } as const;

describe('SendWrappers', () => {
  const seen: string[] = [];
  const send: SendInvoke = (sent) => {
    seen.push('send');
    return Promise.resolve(sentWithoutPlace(sent));
  };
  const named = (name: string): SendWrapper => ({
    wrap:
      (next) =>
      async (sent, how): Promise<SendResult> => {
        seen.push(`${name} ${how.kind}`);
        const result = await next(sent, how);
        seen.push(`${name} done`);
        return result;
      },
  });

  beforeEach(() => seen.splice(0));

  it('calls the lower order first, equal ones as they were added', async () => {
    const wrappers = new SendWrappers();
    wrappers.add(named('inner'), 10);
    wrappers.add(named('outer'));
    wrappers.add(named('middle'), 10 - 1);
    wrappers.add(named('inmost'), 10);
    await wrappers.around(send)(message, call);
    expect(seen).toEqual([
      'outer send',
      'middle send',
      'inner send',
      'inmost send',
      'send',
      'inmost done',
      'inner done',
      'middle done',
      'outer done',
    ]);
  });

  it('wraps a send once, and again after one more wrapper came', async () => {
    const wrappers = new SendWrappers();
    expect(wrappers.around(send)).toBe(send);
    wrappers.add(named('a'));
    const wrapped = wrappers.around(send);
    expect(wrappers.around(send)).toBe(wrapped);
    wrappers.add(named('b'));
    await wrappers.around(send)(message, call);
    expect(seen.slice(0, 3)).toEqual(['a send', 'b send', 'send']);
  });
});
