import { decodeHeader, RemotingCommand, SendMessageRequestHeaderV2 } from '@rocket-nest/remoting';
import type { PreparedMessage } from '../producer/prepared-message';
import { SendRequestHeader } from './send-request-header';

const message: PreparedMessage = {
  topic: 'TopicTest',
  body: Buffer.from('x'),
  propertiesText: 'TAGS\u0001TagA\u0002',
  sysFlag: 769,
  flag: 7,
  bornTimestampMs: 1_700_000_000_000,
  batch: false,
  reply: false,
  msgId: 'id',
  reconsumeTimes: 0,
  maxReconsumeTimes: undefined,
};
const queue = { topic: 'TopicTest', brokerName: 'broker-a', queueId: 3 };
const origin = { producerGroup: 'PID', createTopicKey: 'TBW102', defaultTopicQueueNums: 4 };

function decoded(change: Partial<PreparedMessage> = {}) {
  const command = new RemotingCommand(310);
  command.customHeader = new SendRequestHeader(queue, { ...message, ...change }, origin);
  return decodeHeader(SendMessageRequestHeaderV2, command);
}

describe('SendRequestHeader', () => {
  it('writes the fields of the declared header', () => {
    expect(decoded()).toEqual({
      a: 'PID',
      b: 'TopicTest',
      c: 'TBW102',
      d: 4,
      e: 3,
      f: 769,
      g: 1_700_000_000_000,
      h: 7,
      i: 'TAGS\u0001TagA\u0002',
      j: 0,
      k: false,
      m: false,
      n: 'broker-a',
    });
    expect(decoded({ batch: true, maxReconsumeTimes: 16 })).toMatchObject({ l: 16, m: true });
  });
});
