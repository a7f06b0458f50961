import {
  MessageConst,
  createOffsetMessageId,
  decodeProperties,
  encodeProperties,
  formatHostAddress,
} from '@rocket-nest/common';
import {
  RemotingCommand,
  ReplyMessageRequestHeader,
  RequestCode,
  ResponseCode,
  encodeHeader,
} from '@rocket-nest/remoting';
import type { Connection, InvokeCallback } from '@rocket-nest/remoting';
import { SendMessageRequestDecoder } from '@rocket-nest/remoting/internal';
import type { SendMessageRequest } from '@rocket-nest/remoting/internal';
import { createHostAddress } from '@rocket-nest/store';
import type { PutMessageCallback, PutMessageResult } from '@rocket-nest/store';
import type { BrokerContext } from '../broker-context';
import { isStored } from './put-status-answer';
import { SendAdmission } from './send-admission';

/** How long the asking client may take to accept its answer. */
const PUSH_TIMEOUT_MS = 10_000;
/** Replies that wait for the asking client or the store; further ones are answered SYSTEM_BUSY. */
export const MAX_PENDING_REPLIES = 10_000;

/**
 * SEND_REPLY_MESSAGE (324) and SEND_REPLY_MESSAGE_V2 (325): the answer to a request message. It is
 * pushed to the client that asked (PUSH_REPLY_MESSAGE_TO_CLIENT, 326) and, with
 * storeReplyMessageEnable, kept in the cluster's reply topic. What became of the push decides the
 * code.
 */
export class ReplyMessageProcessor {
  private readonly decoder = new SendMessageRequestDecoder();
  private readonly admission: SendAdmission;
  private pending = 0;

  constructor(private readonly context: BrokerContext) {
    this.admission = new SendAdmission(context);
  }

  process(connection: Connection, request: RemotingCommand): RemotingCommand | undefined {
    const reply = this.decoder.decode(request);
    if (this.pending >= MAX_PENDING_REPLIES) {
      this.context.limits.hit('maxPendingReplies');
      const remark = `${this.pending} replies wait for their clients: send the reply later`;
      return this.answer(request, ResponseCode.SYSTEM_BUSY, remark);
    }
    const admitted = this.admission.admit(connection, reply);
    if ('code' in admitted) return this.answer(request, admitted.code, admitted.remark);
    const queues = Math.max(1, admitted.writeQueueNums);
    const queueId = reply.queueId < 0 ? this.context.random.nextInt(queues) : reply.queueId;
    // The frame is gone when the push is encoded.
    const body = Buffer.from(request.body ?? []);
    const response = this.answer(request, ResponseCode.SUCCESS);
    const { host, port } = this.context.storeHost;
    const storeHost = formatHostAddress(host, port);
    const end = new PendingReply(connection, response, queueId, storeHost, () => this.pending--);
    this.pending++;
    this.push(connection, reply, queueId, body, end);
    this.store(connection, reply, queueId, body, end);
    return undefined;
  }

  private push(
    connection: Connection,
    reply: SendMessageRequest,
    queueId: number,
    body: Buffer,
    end: PendingReply,
  ): void {
    const properties = decodeProperties(reply.properties);
    const clientId = properties.get(MessageConst.PROPERTY_MESSAGE_REPLY_TO_CLIENT);
    if (clientId === undefined) {
      return end.onPushFailed('the reply does not name its client (property REPLY_TO_CLIENT)');
    }
    const channel = this.context.producerManager.findChannel(clientId);
    if (!channel?.connection.isOpen) {
      return end.onPushFailed(`the client ${clientId} that asked is not connected any more`);
    }
    const push = this.pushRequest(connection, reply, queueId, properties);
    push.body = body;
    channel.connection.invokeCallback(push, PUSH_TIMEOUT_MS, end);
  }

  private pushRequest(
    connection: Connection,
    reply: SendMessageRequest,
    queueId: number,
    properties: Map<string, string>,
  ): RemotingCommand {
    const { config, clock, storeHost } = this.context;
    const { regionId, traceOn } = config.broker;
    properties.set(MessageConst.PROPERTY_MSG_REGION, regionId);
    properties.set(MessageConst.PROPERTY_TRACE_SWITCH, String(traceOn));
    properties.set(MessageConst.PROPERTY_PUSH_REPLY_TIME, String(clock.wallNow()));
    const fields = encodeHeader(ReplyMessageRequestHeader, {
      producerGroup: reply.producerGroup,
      topic: reply.topic,
      defaultTopic: reply.defaultTopic,
      defaultTopicQueueNums: reply.defaultTopicQueueNums,
      queueId,
      sysFlag: reply.sysFlag,
      bornTimestamp: reply.bornTimestamp,
      flag: reply.flag,
      properties: encodeProperties(properties),
      reconsumeTimes: reply.reconsumeTimes,
      unitMode: reply.unitMode,
      bornHost: connection.remoteAddress,
      storeHost: formatHostAddress(storeHost.host, storeHost.port),
      storeTimestamp: clock.wallNow(),
    });
    return RemotingCommand.createRequest(RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT, fields);
  }

  private store(
    connection: Connection,
    reply: SendMessageRequest,
    queueId: number,
    body: Buffer,
    end: PendingReply,
  ): void {
    const { config, messageStore, storeHost } = this.context;
    if (!config.broker.storeReplyMessageEnable) return end.onNotKept();
    const { topic, sysFlag, bornTimestamp, reconsumeTimes, flag, properties } = reply;
    messageStore.putMessage(
      {
        topic,
        queueId,
        sysFlag,
        bornTimestamp,
        bornHost: createHostAddress(connection.remoteHost, connection.remotePort),
        storeHost: createHostAddress(storeHost.host, storeHost.port),
        reconsumeTimes,
        flag,
        preparedTransactionOffset: 0,
        body,
        propertiesText: properties,
      },
      end,
    );
  }

  private answer(request: RemotingCommand, code: number, remark?: string): RemotingCommand {
    const response = RemotingCommand.createResponse(request, code, remark);
    const { regionId, traceOn } = this.context.config.broker;
    response.extFields = new Map([
      ['MSG_REGION', regionId],
      ['TRACE_ON', String(traceOn)],
    ]);
    return response;
  }
}

/** A reply until both the push and the store have answered. */
class PendingReply implements InvokeCallback, PutMessageCallback {
  private left = 2;

  constructor(
    private readonly connection: Connection,
    private readonly response: RemotingCommand,
    private readonly queueId: number,
    private readonly storeHost: string,
    private readonly onEnd: () => void,
  ) {
    this.place('0', 0);
  }

  onResponse(answer: RemotingCommand): void {
    if (answer.code !== ResponseCode.SUCCESS) {
      const reason = answer.remark === undefined ? '' : `: ${answer.remark}`;
      return this.onPushFailed(`the client answered the reply with code ${answer.code}${reason}`);
    }
    this.step();
  }

  onError(error: Error): void {
    this.onPushFailed(`the reply was not pushed to its client: ${error.message}`);
  }

  onPushFailed(remark: string): void {
    this.response.code = ResponseCode.SYSTEM_ERROR;
    this.response.remark = remark;
    this.step();
  }

  /** A reply that could not be kept was still given to the one who waits for it. */
  onPut(result: PutMessageResult): void {
    if (isStored(result.status)) {
      const msgId = createOffsetMessageId(this.storeHost, result.physicalOffset);
      this.place(msgId, result.queueOffset);
    }
    this.step();
  }

  onNotKept(): void {
    this.step();
  }

  private place(msgId: string, queueOffset: number): void {
    const { extFields } = this.response;
    extFields.set('msgId', msgId);
    extFields.set('queueId', String(this.queueId));
    extFields.set('queueOffset', String(queueOffset));
  }

  private step(): void {
    if (--this.left > 0) return;
    this.onEnd();
    this.connection.respond(this.response);
  }
}
