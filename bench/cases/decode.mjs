/** Bytes of a socket to commands with their headers, and answers to bytes, as in the broker. */
import {
  encodeCommand,
  encodeHeader,
  FrameDecoder,
  RemotingCommand,
  RequestCode,
  ResponseCode,
  SendMessageRequestHeaderV2,
  SerializeType,
} from '@rocket-nest/remoting';
import { SendMessageRequestDecoder, SendMessageResponse } from '@rocket-nest/remoting/internal';
import { measure } from '../measure.mjs';

const FRAMES_PER_CHUNK = 48;

function sendFrame(serializeType) {
  const header = encodeHeader(SendMessageRequestHeaderV2, {
    a: 'producer_group',
    b: 'Send64',
    c: 'TBW102',
    d: 4,
    e: 3,
    f: 0,
    g: 1_700_000_000_000,
    h: 0,
    i: 'UNIQ_KEY\u00017F00000100002A139A5510D2A6A50000\u0002WAIT\u0001true\u0002',
    j: 0,
    k: false,
    m: false,
    n: 'broker-a',
  });
  const command = RemotingCommand.createRequest(
    RequestCode.SEND_MESSAGE_V2,
    header,
    Buffer.alloc(1024, 'a'),
  );
  command.serializeType = serializeType;
  return encodeCommand(command);
}

function decode(serializeType) {
  const frame = sendFrame(serializeType);
  const chunk = Buffer.concat(Array.from({ length: FRAMES_PER_CHUNK }, () => frame));
  const headers = new SendMessageRequestDecoder();
  let bytes = 0;
  return measure(FRAMES_PER_CHUNK, () => {
    const decoder = new FrameDecoder((command) => {
      bytes += headers.decode(command).queueId + command.body.length;
    });
    decoder.push(chunk);
    if (bytes < 0) throw new Error('nothing was decoded');
  });
}

function encodeAnswer(serializeType) {
  const request = RemotingCommand.createRequest(RequestCode.SEND_MESSAGE_V2);
  request.serializeType = serializeType;
  return measure(FRAMES_PER_CHUNK, () => {
    for (let i = 0; i < FRAMES_PER_CHUNK; i++) {
      const answer = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
      answer.customHeader = new SendMessageResponse('7F00000100002A9F0000000000000400', 3, i);
      encodeCommand(answer);
    }
  });
}

export const cases = {
  'decode send 1 KiB, ROCKETMQ header': () => decode(SerializeType.ROCKETMQ),
  'decode send 1 KiB, JSON header': () => decode(SerializeType.JSON),
  'encode its answer, ROCKETMQ header': () => encodeAnswer(SerializeType.ROCKETMQ),
  'encode its answer, JSON header': () => encodeAnswer(SerializeType.JSON),
};
