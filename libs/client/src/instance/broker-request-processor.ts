import { decodeMessage, errorMessageOf, MessageConst, type Logger } from '@rocket-nest/common';
import {
  CheckTransactionStateRequestHeader,
  ConsumerRunningInfo,
  decodeBody,
  decodeHeader,
  encodeBody,
  GetConsumerRunningInfoRequestHeader,
  GetConsumerStatusBody,
  GetConsumerStatusRequestHeader,
  NotifyConsumerIdsChangedRequestHeader,
  RemotingCommand,
  RequestCode,
  ResetOffsetBody,
  ResetOffsetRequestHeader,
  ResponseCode,
  type Connection,
} from '@rocket-nest/remoting';
import type { ConsumerMember, ProducerMember } from './client-members';

type Handler = (connection: Connection, request: RemotingCommand) => void;

/** Serves what brokers ask of the consumers and producers in this client. */
export class BrokerRequestProcessor {
  private readonly handlers: ReadonlyMap<number, Handler>;

  constructor(
    private readonly consumers: ReadonlyMap<string, ConsumerMember>,
    private readonly producers: ReadonlyMap<string, ProducerMember>,
    private readonly logger: Logger,
  ) {
    this.handlers = new Map<number, Handler>([
      [RequestCode.CHECK_TRANSACTION_STATE, (from, request) => this.check(from, request)],
      [RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, (_, request) => this.idsChanged(request)],
      [RequestCode.RESET_CONSUMER_CLIENT_OFFSET, (_, request) => this.resetOffset(request)],
      [RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT, (to, request) => this.status(to, request)],
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
    const producer = this.producers.get(group);
    if (producer?.checkTransaction) {
      producer.checkTransaction({ header, message, topic: message.topic, connection });
      return;
    }
    this.logger.warn(
      `${connection.remoteAddress} asks how the transaction of message ${message.msgId} ended, but ` +
        `this client has no transaction producer of group ${group}`,
    );
  }

  private idsChanged(request: RemotingCommand): void {
    const { consumerGroup } = decodeHeader(NotifyConsumerIdsChangedRequestHeader, request);
    this.consumers.get(consumerGroup)?.rebalanceSoon();
  }

  private resetOffset(request: RemotingCommand): void {
    const { group, topic } = decodeHeader(ResetOffsetRequestHeader, request);
    const { offsetTable } = decodeBody(ResetOffsetBody, request.body);
    this.logger.info(`offsets of ${group} on ${topic} are reset by the broker`);
    this.consumers
      .get(group)
      ?.resetOffsets(topic, offsetTable)
      .catch((error: unknown) =>
        this.logger.error(`offsets of ${group} not reset: ${errorMessageOf(error)}`),
      );
  }

  private status(connection: Connection, request: RemotingCommand): void {
    const { group, topic } = decodeHeader(GetConsumerStatusRequestHeader, request);
    const consumer = this.consumers.get(group);
    const body = encodeBody(GetConsumerStatusBody, {
      messageQueueTable: consumer?.consumedOffsets(topic) ?? [],
      consumerTable: new Map(),
    });
    answer(connection, request, consumer ? body : undefined, group);
  }

  private runningInfo(connection: Connection, request: RemotingCommand): void {
    const { consumerGroup } = decodeHeader(GetConsumerRunningInfoRequestHeader, request);
    const consumer = this.consumers.get(consumerGroup);
    const body = consumer && encodeBody(ConsumerRunningInfo, consumer.runningInfo());
    answer(connection, request, body, consumerGroup);
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
