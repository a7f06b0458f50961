import {
  SendMessageRequestHeader,
  SendMessageRequestHeaderV2,
  decodeHeader,
} from '@rocket-nest/remoting';
import type { RemotingCommand } from '@rocket-nest/remoting';
import { RequestCode } from '@rocket-nest/remoting';

/** What a send asks for, under the long names whichever form it came in. */
export interface SendRequest {
  readonly producerGroup: string;
  readonly topic: string;
  readonly defaultTopic: string;
  readonly defaultTopicQueueNums: number;
  /** Below 0: any queue. */
  readonly queueId: number;
  readonly sysFlag: number;
  readonly bornTimestamp: number;
  readonly flag: number;
  readonly properties: string | undefined;
  readonly reconsumeTimes: number;
  readonly unitMode: boolean;
  readonly maxReconsumeTimes: number | undefined;
  readonly batch: boolean;
}

/** Reads the header of codes 10 (long names), 310 and 320 (short names). */
export function decodeSendRequest(command: RemotingCommand): SendRequest {
  return command.code === RequestCode.SEND_MESSAGE ? decodeV1(command) : decodeV2(command);
}

function decodeV1(command: RemotingCommand): SendRequest {
  const header = decodeHeader(SendMessageRequestHeader, command);
  return {
    producerGroup: header.producerGroup,
    topic: header.topic,
    defaultTopic: header.defaultTopic,
    defaultTopicQueueNums: header.defaultTopicQueueNums,
    queueId: header.queueId,
    sysFlag: header.sysFlag,
    bornTimestamp: header.bornTimestamp,
    flag: header.flag,
    properties: header.properties,
    reconsumeTimes: header.reconsumeTimes ?? 0,
    unitMode: header.unitMode ?? false,
    maxReconsumeTimes: header.maxReconsumeTimes,
    batch: header.batch ?? false,
  };
}

function decodeV2(command: RemotingCommand): SendRequest {
  const header = decodeHeader(SendMessageRequestHeaderV2, command);
  return {
    producerGroup: header.a,
    topic: header.b,
    defaultTopic: header.c,
    defaultTopicQueueNums: header.d,
    queueId: header.e,
    sysFlag: header.f,
    bornTimestamp: header.g,
    flag: header.h,
    properties: header.i,
    reconsumeTimes: header.j ?? 0,
    unitMode: header.k ?? false,
    maxReconsumeTimes: header.l,
    batch: header.m ?? false,
  };
}
