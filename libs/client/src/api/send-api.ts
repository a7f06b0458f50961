import {
  decodeHeader,
  RequestCode,
  ResponseCode,
  SendMessageResponseHeader,
  type RemotingCommand,
} from '@rocket-nest/remoting';
import type { MessageQueue } from '@rocket-nest/common';
import type { PreparedMessage } from '../producer/prepared-message';
import type { SendResult } from '../producer/send-result';
import type { SendStatus } from '../producer/send-status';
import { SendRequestHeader, type SendOrigin } from './send-request-header';
import { responseError, type RpcClient } from '../transport/rpc-client';

const statusOfCode: ReadonlyMap<number, SendStatus> = new Map<number, SendStatus>([
  [ResponseCode.SUCCESS, 'SEND_OK'],
  [ResponseCode.FLUSH_DISK_TIMEOUT, 'FLUSH_DISK_TIMEOUT'],
  [ResponseCode.FLUSH_SLAVE_TIMEOUT, 'FLUSH_SLAVE_TIMEOUT'],
  [ResponseCode.SLAVE_NOT_AVAILABLE, 'SLAVE_NOT_AVAILABLE'],
]);

/** Stores messages at brokers. */
export class SendApi {
  constructor(private readonly rpc: RpcClient) {}

  async send(
    address: string,
    queue: MessageQueue,
    message: PreparedMessage,
    origin: SendOrigin,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<SendResult> {
    const response = await this.rpc.invoke(address, {
      code: codeOf(message),
      header: new SendRequestHeader(queue, message, origin),
      body: message.body,
      timeoutMs,
      ...(signal && { signal }),
    });
    const sendStatus = statusOfCode.get(response.code);
    if (!sendStatus) throw responseError(address, `send to ${message.topic}`, response);
    return resultOf(sendStatus, queue, message, response);
  }

  /** Resolves once the request is handed to the connection. */
  sendOneway(
    address: string,
    queue: MessageQueue,
    message: PreparedMessage,
    origin: SendOrigin,
  ): Promise<void> {
    return this.rpc.invokeOneway(address, {
      code: codeOf(message),
      header: new SendRequestHeader(queue, message, origin),
      body: message.body,
    });
  }
}

function codeOf({ batch, reply }: PreparedMessage): number {
  if (batch) return RequestCode.SEND_BATCH_MESSAGE;
  return reply ? RequestCode.SEND_REPLY_MESSAGE_V2 : RequestCode.SEND_MESSAGE_V2;
}

function resultOf(
  sendStatus: SendStatus,
  queue: MessageQueue,
  message: PreparedMessage,
  response: RemotingCommand,
): SendResult {
  const header = decodeHeader(SendMessageResponseHeader, response);
  return {
    sendStatus,
    msgId: message.msgId,
    offsetMsgId: header.msgId,
    messageQueue: { topic: queue.topic, brokerName: queue.brokerName, queueId: header.queueId },
    queueOffset: header.queueOffset,
    transactionId: header.transactionId,
    recallHandle: header.recallHandle,
    regionId: response.extField('MSG_REGION'),
    traceOn: response.extField('TRACE_ON') !== 'false',
  };
}
