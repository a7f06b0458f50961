import {
  PullMessageRequestHeader,
  PullMessageResponseHeader,
  SendMessageResponseHeader,
} from '../../headers';
import { decodeHeader } from '../../protocol/header-definition';
import { RemotingCommand } from '../../protocol/remoting-command';
import { RequestCode } from '../../protocol/request-code';
import { encodeCommand } from '../encode-command';
import { FrameDecoder } from '../frame-decoder';
import { PullMessageRequestDecoder } from './pull-message-request';
import { PullMessageResponse } from './pull-message-response';
import { SendMessageRequestDecoder } from './send-message-request';
import { SendMessageResponse } from './send-message-response';

const FORMS = [
  ['JSON', 0],
  ['binary', 1],
] as const;

function overTheWire(command: RemotingCommand): RemotingCommand {
  const received: RemotingCommand[] = [];
  new FrameDecoder((each) => received.push(each)).push(encodeCommand(command));
  return received[0];
}

function request(
  code: number,
  serializeType: 0 | 1,
  fields: Record<string, string>,
): RemotingCommand {
  const command = RemotingCommand.createRequest(code, new Map(Object.entries(fields)));
  command.serializeType = serializeType;
  return overTheWire(command);
}

const PROPERTIES = 'KEYS\u0001k"1\\\u0002TAGS\u0001中文/é\u0002TAB\u0001\t\u0002';
const LONG = {
  producerGroup: 'PID_test',
  topic: 'TopicTest',
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: '4',
  queueId: '-1',
  sysFlag: '5',
  bornTimestamp: '1700000000000',
  flag: '-2147483648',
  properties: PROPERTIES,
  reconsumeTimes: '6',
  unitMode: 'true',
  maxReconsumeTimes: '16',
  batch: 'false',
  bname: 'broker-a',
};
const SHORT = Object.fromEntries(
  Object.values(LONG).map((value, index) => [String.fromCharCode(0x61 + index), value]),
);
const SEND_VALUES = {
  producerGroup: 'PID_test',
  topic: 'TopicTest',
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: 4,
  queueId: -1,
  sysFlag: 5,
  bornTimestamp: 1700000000000,
  flag: -2147483648,
  reconsumeTimes: 6,
  unitMode: true,
  maxReconsumeTimes: 16,
  batch: false,
  brokerName: 'broker-a',
};

describe.each(FORMS)('SendMessageRequestDecoder on %s frames', (_form, type) => {
  const decoder = new SendMessageRequestDecoder();

  it.each([
    ['the short names', RequestCode.SEND_MESSAGE_V2, SHORT],
    ['the short names of a batch', RequestCode.SEND_BATCH_MESSAGE, SHORT],
    ['the long names', RequestCode.SEND_MESSAGE, LONG],
  ])('reads %s', (_what, code, fields) => {
    const { properties, ...values } = decoder.decode(request(code, type, fields));
    expect(values).toEqual(SEND_VALUES);
    expect(properties.toString()).toBe(PROPERTIES);
  });

  it('reads the same when the ext fields were looked at before', () => {
    const command = request(RequestCode.SEND_MESSAGE_V2, type, SHORT);
    expect(command.extFields.get('b')).toBe('TopicTest');
    const { properties, ...values } = decoder.decode(command);
    expect(values).toEqual(SEND_VALUES);
    expect(properties.toString()).toBe(PROPERTIES);
  });

  it('fills in what may be absent', () => {
    const { a, b, c, d, e, f, g, h } = SHORT;
    const command = request(RequestCode.SEND_MESSAGE_V2, type, { a, b, c, d, e, f, g, h });
    expect(decoder.decode(command)).toMatchObject({
      reconsumeTimes: 0,
      unitMode: false,
      batch: false,
      maxReconsumeTimes: undefined,
      brokerName: undefined,
      properties: Buffer.alloc(0),
    });
  });

  it('names the field that is missing', () => {
    const command = request(RequestCode.SEND_MESSAGE_V2, type, { ...SHORT, zz: 'x' });
    command.extFields.delete('g');
    expect(() => decoder.decode(overTheWire(command))).toThrow(
      expect.objectContaining({
        code: 'HEADER_MISSING_FIELD',
        message: 'the header SendMessageRequestHeaderV2 lacks its field g',
      }),
    );
  });

  it.each(['', '-', 'x1', '1.0', '2147483648'])('refuses %j as a queue id', (e) => {
    const command = request(RequestCode.SEND_MESSAGE_V2, type, { ...SHORT, e });
    expect(() => decoder.decode(command)).toThrow(
      expect.objectContaining({ code: 'HEADER_BAD_FIELD' }),
    );
  });

  it('does not mix up commands that follow each other', () => {
    const first = decoder.decode(request(310, type, SHORT));
    const second = decoder.decode(request(310, type, { ...SHORT, b: 'TopicText', e: '2' }));
    expect([first.topic, first.queueId]).toEqual(['TopicTest', -1]);
    expect([second.topic, second.queueId]).toEqual(['TopicText', 2]);
  });
});

describe('SendMessageRequestDecoder', () => {
  it('reads JSON with white space and with numbers as ext fields', () => {
    const header = Buffer.from(
      '{"code": 310, "extFields": {"a":"g","b":"t","c":"d","d":4,"e":1,"f":0,"g":17,"h":0,"m":true}}',
    );
    const frame = Buffer.alloc(8 + header.length);
    frame.writeUInt32BE(4 + header.length, 0);
    frame.writeUInt32BE(header.length, 4);
    header.copy(frame, 8);
    const received: RemotingCommand[] = [];
    new FrameDecoder((each) => received.push(each)).push(frame);
    expect(new SendMessageRequestDecoder().decode(received[0])).toMatchObject({
      topic: 't',
      defaultTopicQueueNums: 4,
      bornTimestamp: 17,
      batch: true,
    });
  });

  it('gives the properties of a binary frame as a slice of it', () => {
    const command = request(310, 1, SHORT);
    const { properties } = new SendMessageRequestDecoder().decode(command);
    const raw = command.rawExtFields as { bytes: Buffer };
    expect(properties.buffer).toBe(raw.bytes.buffer);
  });
});

describe.each(FORMS)('PullMessageRequestDecoder on %s frames', (_form, type) => {
  const fields = {
    consumerGroup: 'GID_test',
    topic: 'TopicTest',
    queueId: '3',
    queueOffset: '9007199254740993',
    maxMsgNums: '32',
    sysFlag: '6',
    commitOffset: '5',
    suspendTimeoutMillis: '15000',
    subscription: 'TagA || TagB',
    subVersion: '1700000000000',
    expressionType: 'TAG',
    maxMsgBytes: '262144',
    requestSource: '-1',
    proxyFrowardClientId: 'client',
    liteTopic: 'lite',
  };

  it('reads what decodeHeader reads', () => {
    const decoder = new PullMessageRequestDecoder();
    const fast = decoder.decode(request(RequestCode.PULL_MESSAGE, type, fields));
    const slow = decodeHeader(PullMessageRequestHeader, request(11, type, fields));
    expect(fast).toEqual(slow);
    expect(fast.queueOffset).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe.each(FORMS)('answers in %s form', (_form, type) => {
  const answerTo = (): RemotingCommand => {
    const asked = new RemotingCommand(310);
    asked.serializeType = type;
    asked.opaque = 9;
    return RemotingCommand.createResponse(asked, 0);
  };

  it('to a send carry their header', () => {
    const answer = answerTo();
    const header = new SendMessageResponse('7F00"中', 3, 2 ** 40, 'DefaultRegion');
    header.transactionId = 'tx';
    answer.customHeader = header;
    const received = overTheWire(answer);
    expect(received).toMatchObject({ code: 0, opaque: 9, flag: 1, isResponse: true });
    expect(decodeHeader(SendMessageResponseHeader, received)).toEqual({
      msgId: '7F00"中',
      queueId: 3,
      queueOffset: 2 ** 40,
      transactionId: 'tx',
    });
    expect(received.extFields.get('MSG_REGION')).toBe('DefaultRegion');
    expect(received.extFields.get('TRACE_ON')).toBe('true');
  });

  it('to a pull carry their header and every integer exactly', () => {
    for (const offset of [0, 9, 10, 99, 2 ** 31 - 1, 2 ** 31, Number.MAX_SAFE_INTEGER, -1]) {
      const answer = answerTo();
      answer.customHeader = new PullMessageResponse(1, offset, 0, offset);
      expect(decodeHeader(PullMessageResponseHeader, overTheWire(answer))).toEqual({
        suggestWhichBrokerId: 1,
        nextBeginOffset: offset,
        minOffset: 0,
        maxOffset: offset,
      });
    }
  });

  it('join fields of a Map with those of a header', () => {
    const answer = answerTo();
    answer.extFields.set('extra', 'x');
    answer.customHeader = new PullMessageResponse(1, 2, 3, 4);
    const names = ['extra', 'suggestWhichBrokerId', 'nextBeginOffset', 'minOffset', 'maxOffset'];
    expect([...overTheWire(answer).extFields.keys()]).toEqual(names);
    expect([...answer.extFields.keys()]).toEqual(names);
  });
});
