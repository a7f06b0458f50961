import {
  decodeMessage,
  errorMessageOf,
  MessageConst,
  type Clock,
  type Logger,
} from '@rocket-nest/common';
import {
  CheckTransactionStateRequestHeader,
  ConsumeMessageDirectlyResult,
  ConsumeMessageDirectlyResultRequestHeader,
  ConsumerRunningInfo,
  decodeBody,
  decodeHeader,
  encodeBody,
  GetConsumerRunningInfoRequestHeader,
  GetConsumerStatusBody,
  GetConsumerStatusRequestHeader,
  NotifyConsumerIdsChangedRequestHeader,
  RemotingCommand,
  ReplyMessageRequestHeader,
  RequestCode,
  ResetOffsetBody,
  ResetOffsetRequestHeader,
  ResponseCode,
  type Connection,
} from '@rocket-nest/remoting';
import type { PendingReplies } from '../producer/request-reply/pending-replies';
import { receivedReply } from '../producer/request-reply/received-reply';
import type { ConsumerMember, ProducerMember } from './client-members';

type Handler = (connection: Connection, request: RemotingCommand) => void;

/** Those in this client whom brokers ask. */
export interface ClientMembers {
  readonly consumers: ReadonlyMap<string, ConsumerMember>;
  readonly producers: ReadonlyMap<string, ProducerMember>;
  readonly replies: PendingReplies;
  readonly clock: Pick<Clock, 'wallNow'>;
  readonly logger: Logger;
}

/** Serves what brokers ask of the consumers and producers in this client. */
export class BrokerRequestProcessor {
  private readonly handlers: ReadonlyMap<number, Handler>;

  constructor(private readonly client: ClientMembers) {
    this.handlers = new Map<number, Handler>([
      [RequestCode.CHECK_TRANSACTION_STATE, (from, request) => this.check(from, request)],
      [RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT, (to, request) => this.reply(to, request)],
      [RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, (_, request) => this.idsChanged(request)],
      [RequestCode.RESET_CONSUMER_CLIENT_OFFSET, (_, request) => this.resetOffset(request)],
      [RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT, (to, request) => this.status(to, request)],
      [RequestCode.CONSUME_MESSAGE_DIRECTLY, (to, request) => this.consumeDirectly(to, request)],
      [RequestCode.GET_CONSUMER_RUNNING_INFO, (to, request) => this.runningInfo(to, request)],
    ]);
  }

  /** The request codes to route here. */
  get codes(): Iterable<number> {
    return this.handlers.keys();
  }

  process(connection: Connection, request: RemotingCommand): void {
    this.handlers.get(request.code)?.(connection, request);
  }

  private check(connection: Connection, request: RemotingCommand): void {
    const header = decodeHeader(CheckTransactionStateRequestHeader, request);
    const message = decodeMessage(request.body ?? Buffer.alloc(0), {
      brokerName: header.bname ?? '',
    });
    const group = message.properties.get(MessageConst.PROPERTY_PRODUCER_GROUP) ?? '';
    const producer = this.client.producers.get(group);
    if (producer?.checkTransaction) {
      producer.checkTransaction({ header, message, topic: message.topic, connection });
      return;
    }
    this.client.logger.warn(
      `${connection.remoteAddress} asks how the transaction of message ${message.msgId} ended, but ` +
        `this client has no transaction producer of group ${group}`,
    );
  }

  private reply(connection: Connection, request: RemotingCommand): void {
    const { clock, replies, logger } = this.client;
    const header = decodeHeader(ReplyMessageRequestHeader, request);
    const nowMs = Math.floor(clock.wallNow());
    const message = receivedReply(header, request.body ?? Buffer.alloc(0), nowMs);
    const id = message.properties.get(MessageConst.PROPERTY_CORRELATION_ID) ?? '';
    if (!replies.deliver(id, message)) logger.debug(`a reply came too late: ${id}`);
    connection.respond(RemotingCommand.createResponse(request, ResponseCode.SUCCESS));
  }

  private idsChanged(request: RemotingCommand): void {
    const { consumerGroup } = decodeHeader(NotifyConsumerIdsChangedRequestHeader, request);
    this.client.consumers.get(consumerGroup)?.rebalanceSoon();
  }

  private resetOffset(request: RemotingCommand): void {
    const { group, topic } = decodeHeader(ResetOffsetRequestHeader, request);
    const { offsetTable } = decodeBody(ResetOffsetBody, request.body);
    this.client.logger.info(`offsets of ${group} on ${topic} are reset by the broker`);
    this.client.consumers
      .get(group)
      ?.resetOffsets(topic, offsetTable)
      .catch((error: unknown) =>
        this.client.logger.error(`offsets of ${group} not reset: ${errorMessageOf(error)}`),
      );
  }

  private status(connection: Connection, request: RemotingCommand): void {
    const { group, topic } = decodeHeader(GetConsumerStatusRequestHeader, request);
    const consumer = this.client.consumers.get(group);
    const body = encodeBody(GetConsumerStatusBody, {
      messageQueueTable: consumer?.consumedOffsets(topic) ?? [],
      consumerTable: new Map(),
    });
    answer(connection, request, consumer ? body : undefined, group);
  }

  private runningInfo(connection: Connection, request: RemotingCommand): void {
    const { consumerGroup } = decodeHeader(GetConsumerRunningInfoRequestHeader, request);
    const consumer = this.client.consumers.get(consumerGroup);
    const body = consumer && encodeBody(ConsumerRunningInfo, consumer.runningInfo());
    answer(connection, request, body, consumerGroup);
  }

  private consumeDirectly(connection: Connection, request: RemotingCommand): void {
    const header = decodeHeader(ConsumeMessageDirectlyResultRequestHeader, request);
    const { consumerGroup, brokerName = '' } = header;
    const message = decodeMessage(request.body ?? Buffer.alloc(0), { brokerName });
    const result = this.client.consumers.get(consumerGroup)?.consumeDirectly?.(message);
    if (!result) {
      answer(connection, request, undefined, consumerGroup);
      return;
    }
    void result.then((value) => {
      const body = encodeBody(ConsumeMessageDirectlyResult, value);
      answer(connection, request, body, consumerGroup);
    });
  }
}

function answer(
  connection: Connection,
  request: RemotingCommand,
  body: Buffer | undefined,
  group: string,
): void {
  const response = body
    ? RemotingCommand.createResponse(request, ResponseCode.SUCCESS)
    : RemotingCommand.createResponse(
        request,
        ResponseCode.SYSTEM_ERROR,
        `this client has no consumer of group ${group}`,
      );
  if (body) response.body = body;
  connection.respond(response);
}
