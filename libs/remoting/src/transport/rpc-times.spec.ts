import { RemotingCommand } from '../protocol/remoting-command';
import { RpcTimes } from './rpc-times';

describe('RpcTimes', () => {
  let nowMs = 0;
  let seen: unknown[][];
  let times: RpcTimes;

  beforeEach(() => {
    nowMs = 1000;
    seen = [];
    times = new RpcTimes({ monotonicNow: () => nowMs }, { onEnd: (...args) => seen.push(args) });
  });

  const requestOf = (code: number, opaque: number): RemotingCommand => {
    const request = RemotingCommand.createRequest(code);
    request.opaque = opaque;
    return request;
  };

  it('takes the time of each request once, whatever the order of answers', () => {
    const [first, second] = [requestOf(10, 1), requestOf(11, 2)];
    times.begin(first, nowMs);
    times.begin(second, nowMs);
    nowMs += 5;
    const held = RemotingCommand.createResponse(second, 19);
    held.suspended = true;
    times.answered(held, true);
    nowMs += 5;
    const answer = RemotingCommand.createResponse(first, 0);
    times.answered(answer, false);
    times.answered(answer, true);
    expect(seen).toEqual([
      [11, 19, 5, 'success', true],
      [10, 0, 10, 'write_channel_failed', false],
    ]);
  });

  it('holds no more requests than it may', () => {
    for (let opaque = 0; opaque <= 65_536; opaque++) times.begin(requestOf(10, opaque), nowMs);
    times.answered(RemotingCommand.createResponse(requestOf(10, 65_536), 0), true);
    times.answered(RemotingCommand.createResponse(requestOf(10, 65_535), 0), true);
    expect(seen).toHaveLength(1);
  });

  it('oneway requests end with their handlers', () => {
    times.begin(requestOf(10, 1).markOneway(), nowMs);
    times.handledOneway(10, nowMs - 3);
    expect(seen).toEqual([[10, 0, 3, 'oneway', false]]);
  });
});
