import {
  MessageConst,
  MessageSysFlag,
  SystemTopic,
  UniqueIdGenerator,
  decodeProperties,
  encodeProperties,
  isRetryTopic,
} from '@rocket-nest/common';
import type { TopicConfig } from '@rocket-nest/common';
import { RemotingCommand, RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { Connection } from '@rocket-nest/remoting';
import { SendMessageRequestDecoder } from '@rocket-nest/remoting/internal';
import type { SendMessageRequest } from '@rocket-nest/remoting/internal';
import { PutMessageStatus, createHostAddress } from '@rocket-nest/store';
import type { HostAddress, MessageExtBrokerInner, PutMessageResult } from '@rocket-nest/store';
import type { BrokerContext } from '../broker-context';
import { BrokerProperties } from '../messages/broker-properties';
import { delayLevelOf, routeByDelayLevel } from '../messages/delay-routing';
import type { MessageTarget } from '../messages/delay-routing';
import { PropertyBit, PropertyScan } from '../messages/property-scan';
import { PendingSend } from './pending-send';
import type { SendAnswerer } from './pending-send';
import { isStored, remarkOf, responseCodeOf } from './put-status-answer';
import { routeRetry } from './retry-routing';
import { SendAdmission } from './send-admission';
import type { SendRefusal } from './send-admission';

const BORN_HOST = 'bornHost';

/** Properties that make a message take the long way: they are decoded, changed, encoded again. */
const DECODED_WHEN =
  PropertyBit.DELAY |
  PropertyBit.SET_BY_BROKER |
  PropertyBit.POP_CK |
  PropertyBit.IRREGULAR |
  PropertyBit.TIMER;

/**
 * SEND_MESSAGE (10), SEND_MESSAGE_V2 (310) and SEND_BATCH_MESSAGE (320).
 *
 * A plain message is not taken apart: its properties and body go to the store as they came, with
 * the broker's own properties behind them. Answers leave when the store says that the message is
 * as safe as configured.
 */
export class SendMessageProcessor implements SendAnswerer {
  readonly regionId: string;
  readonly traceOn: string;
  messageIdPrefix = '';
  private readonly decoder = new SendMessageRequestDecoder();
  private readonly scan = new PropertyScan();
  private readonly admission: SendAdmission;
  private readonly brokerProperties: BrokerProperties;
  private readonly maxDelayLevel: number;
  private readonly maxPending: number;
  private readonly waitsForSlave: boolean;
  private uniqueIds: UniqueIdGenerator | undefined;
  private storeHost: HostAddress | undefined;
  private pending = 0;
  /** Of the topic of the request that is being handled. */
  private topicSaved: Promise<void> | undefined;

  constructor(private readonly context: BrokerContext) {
    const { broker, store } = context.config;
    this.regionId = broker.regionId;
    this.traceOn = String(broker.traceOn);
    this.admission = new SendAdmission(context);
    this.brokerProperties = new BrokerProperties(broker);
    this.maxDelayLevel = context.scheduleMessageService.levels.maxLevel;
    this.maxPending = broker.sendThreadPoolQueueCapacity;
    this.waitsForSlave = store.brokerRole === 'SYNC_MASTER';
  }

  /** Sends whose answer waits for the store. */
  get pendingSends(): number {
    return this.pending;
  }

  process(connection: Connection, request: RemotingCommand): RemotingCommand | undefined {
    this.context.counters.sendRequests++;
    const send = this.decoder.decode(request);
    if (this.pending >= this.maxPending) return this.busy(request);
    const topicConfig = this.admission.admit(connection, send);
    if ('code' in topicConfig) return this.refuse(request, topicConfig);
    if (!request.body?.length) return this.refuse(request, EMPTY_BODY);
    this.topicSaved = this.context.topicConfigManager.whenSaved(topicConfig.topicName);
    return request.code === RequestCode.SEND_BATCH_MESSAGE || send.batch
      ? this.sendBatch(connection, request, send, topicConfig)
      : this.sendMessage(connection, request, send, topicConfig);
  }

  onStored(pending: PendingSend, result: PutMessageResult): void {
    this.pending--;
    const { counters } = this.context;
    const status = this.statusFor(pending, result);
    if (isStored(status)) counters.stored(pending.topic, result.messageCount, result.sizeBytes);
    else counters.sendFailures++;
    const { response } = pending;
    if (!response) return;
    response.code = responseCodeOf(status);
    if (isStored(status)) response.customHeader = pending;
    else this.describeFailure(response, result);
    if (pending.topicSaved) void this.respondWhenSaved(pending, response, pending.topicSaved);
    else pending.connection.respond(response);
  }

  private async respondWhenSaved(
    { connection }: PendingSend,
    response: RemotingCommand,
    topicSaved: Promise<void>,
  ): Promise<void> {
    this.pending++;
    await topicSaved;
    this.pending--;
    connection.respond(response);
  }

  private statusFor(pending: PendingSend, result: PutMessageResult): PutMessageStatus {
    if (result.status !== PutMessageStatus.PUT_OK || !this.waitsForSlave) return result.status;
    return pending.waitStored ? PutMessageStatus.SLAVE_NOT_AVAILABLE : result.status;
  }

  private sendMessage(
    connection: Connection,
    request: RemotingCommand,
    send: SendMessageRequest,
    topicConfig: TopicConfig,
  ): RemotingCommand | undefined {
    const queueId = this.chooseQueue(send.queueId, topicConfig);
    const propertiesText = send.properties;
    const { scan } = this;
    scan.scan(propertiesText);
    const isHalf = scan.has(PropertyBit.TRAN_MSG_TRUE);
    const plain =
      scan.has(PropertyBit.UNIQ_KEY) &&
      !scan.has(DECODED_WHEN) &&
      isHalf === scan.has(PropertyBit.TRAN_MSG) &&
      !isRetryTopic(send.topic);
    if (!plain) {
      return this.sendDecoded(connection, request, send, topicConfig, queueId, propertiesText);
    }
    const uniqKey = propertiesText.toString('utf8', scan.uniqKeyStart, scan.uniqKeyEnd);
    const message = this.buildMessage(connection, request, send);
    message.queueId = queueId;
    if (topicConfig.topicFilterType === 'MULTI_TAG') {
      message.sysFlag |= MessageSysFlag.MULTI_TAGS_FLAG;
    }
    message.propertiesText = propertiesText;
    message.extraProperties = this.brokerProperties.encoded;
    const waitStored = !scan.has(PropertyBit.WAIT_FALSE);
    if (isHalf && !this.acceptsTransactions()) return this.noTransactions(request);
    const { topic } = isHalf ? HALF : send;
    const pending = this.pendingSend(connection, request, topic, queueId, uniqKey, waitStored);
    if (isHalf) this.prepare(message, pending);
    else this.put(message, pending);
    return undefined;
  }

  private put(message: MessageExtBrokerInner, pending: PendingSend): void {
    this.pending++;
    try {
      this.context.messageStore.putMessage(message, pending);
    } catch (error) {
      this.pending--;
      throw error;
    }
  }

  /** Sends a message whose properties or topic have to be changed first. */
  private sendDecoded(
    connection: Connection,
    request: RemotingCommand,
    send: SendMessageRequest,
    topicConfig: TopicConfig,
    queueId: number,
    propertiesText: Buffer,
  ): RemotingCommand | undefined {
    const properties = decodeProperties(propertiesText);
    properties.delete(MessageConst.PROPERTY_POP_CK);
    const routed: MessageTarget = { topic: send.topic, queueId };
    let { sysFlag } = send;
    let routedConfig = topicConfig;
    if (isRetryTopic(send.topic)) {
      const outcome = routeRetry(this.context, request.version, send, routed, properties);
      if (outcome && 'code' in outcome) return this.refuse(request, outcome);
      routedConfig = outcome ?? topicConfig;
      this.topicSaved = this.context.topicConfigManager.whenSaved(routedConfig.topicName);
    }
    if (routedConfig.topicFilterType === 'MULTI_TAG') {
      sysFlag |= MessageSysFlag.MULTI_TAGS_FLAG;
    }
    const answerQueueId = routed.queueId;
    const isTransaction = isTrue(properties.get(MessageConst.PROPERTY_TRANSACTION_PREPARED));
    const isHalf = isTransaction && !(send.reconsumeTimes > 0 && delayLevelOf(properties) > 0);
    const uniqKey =
      properties.get(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX) || this.newUniqueKey();
    properties.set(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX, uniqKey);
    this.brokerProperties.addTo(properties);
    if (isHalf && !this.acceptsTransactions()) return this.noTransactions(request);
    const target = isHalf ? routed : this.route(routed, properties);
    if ('code' in target) return this.refuse(request, target);

    const message = this.buildMessage(connection, request, send);
    message.topic = target.topic;
    message.queueId = target.queueId;
    message.sysFlag = sysFlag;
    message.propertiesText = Buffer.from(encodeProperties(properties));
    const waitStored = properties.get(MessageConst.PROPERTY_WAIT_STORE_MSG_OK) !== 'false';
    const pending = this.pendingSend(
      connection,
      request,
      isHalf ? HALF.topic : routed.topic,
      answerQueueId,
      uniqKey,
      waitStored,
    );
    if (isHalf) this.prepare(message, pending);
    else this.put(message, pending);
    return undefined;
  }

  private prepare(message: MessageExtBrokerInner, pending: PendingSend): void {
    this.pending++;
    try {
      this.context.transactionalMessageService?.prepareMessage(message, pending);
    } catch (error) {
      this.pending--;
      throw error;
    }
  }

  private sendBatch(
    connection: Connection,
    request: RemotingCommand,
    send: SendMessageRequest,
    topicConfig: TopicConfig,
  ): RemotingCommand | undefined {
    if (isRetryTopic(send.topic)) {
      return this.refuse(request, {
        code: ResponseCode.MESSAGE_ILLEGAL,
        remark: `a batch cannot go to the retry topic ${send.topic}: send its messages one by one`,
      });
    }
    const queueId = this.chooseQueue(send.queueId, topicConfig);
    const propertiesText = send.properties;
    this.scan.scan(propertiesText);
    const uniqKey = this.scan.has(PropertyBit.UNIQ_KEY)
      ? propertiesText.toString('utf8', this.scan.uniqKeyStart, this.scan.uniqKeyEnd)
      : '';
    const waitStored = !this.scan.has(PropertyBit.WAIT_FALSE);
    this.pending++;
    this.context.messageStore.putMessages(
      {
        topic: send.topic,
        queueId,
        sysFlag: send.sysFlag,
        bornTimestamp: send.bornTimestamp,
        bornHost: bornHostOf(connection),
        storeHost: this.ownHost(),
        reconsumeTimes: send.reconsumeTimes,
        body: request.body ?? Buffer.alloc(0),
      },
      this.pendingSend(connection, request, send.topic, queueId, uniqKey, waitStored),
    );
    return undefined;
  }

  /** Where a message that is not a half message goes: its topic, or the delay topic. */
  private route(
    routed: MessageTarget,
    properties: Map<string, string>,
  ): MessageTarget | SendRefusal {
    const isDelayed = delayLevelOf(properties) > 0;
    const timerNames = TIMER_PROPERTIES.filter((name) => properties.has(name));
    if (timerNames.length > 0 && !isDelayed) {
      return {
        code: ResponseCode.SYSTEM_ERROR,
        remark: `this broker has no timers (${timerNames.join(', ')}): use a delay level`,
      };
    }
    for (const name of timerNames) properties.delete(name);
    return routeByDelayLevel(routed, properties, this.maxDelayLevel);
  }

  private buildMessage(
    connection: Connection,
    request: RemotingCommand,
    send: SendMessageRequest,
  ): MessageExtBrokerInner {
    return {
      topic: send.topic,
      queueId: 0,
      sysFlag: send.sysFlag,
      bornTimestamp: send.bornTimestamp,
      bornHost: bornHostOf(connection),
      storeHost: this.ownHost(),
      reconsumeTimes: send.reconsumeTimes,
      flag: send.flag,
      preparedTransactionOffset: 0,
      body: request.body ?? NO_BYTES,
      propertiesText: NO_BYTES,
      extraProperties: NO_BYTES,
    };
  }

  private pendingSend(
    connection: Connection,
    request: RemotingCommand,
    topic: string,
    queueId: number,
    uniqKey: string,
    waitStored: boolean,
  ): PendingSend {
    const response = request.isOneway
      ? undefined
      : RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    return new PendingSend(
      this,
      connection,
      response,
      topic,
      queueId,
      uniqKey,
      waitStored,
      this.topicSaved,
    );
  }

  private chooseQueue(wanted: number, topicConfig: TopicConfig): number {
    if (wanted >= 0) return wanted;
    return this.context.random.nextInt(Math.max(1, topicConfig.writeQueueNums));
  }

  private acceptsTransactions(): boolean {
    const { transactionalMessageService, config } = this.context;
    return transactionalMessageService !== undefined && !config.broker.rejectTransactionMessage;
  }

  private noTransactions(request: RemotingCommand): RemotingCommand {
    return this.refuse(request, {
      code: ResponseCode.NO_PERMISSION,
      remark: `the broker ${this.context.config.broker.brokerName} takes no transactional messages`,
    });
  }

  private newUniqueKey(): string {
    const { storeHost, clock, random } = this.context;
    this.uniqueIds ??= new UniqueIdGenerator({ ip: storeHost.host }, clock, random);
    return this.uniqueIds.next();
  }

  private ownHost(): HostAddress {
    if (this.storeHost) return this.storeHost;
    const { host, port } = this.context.storeHost;
    this.storeHost = createHostAddress(host, port);
    const bytes = Buffer.alloc(this.storeHost.address.length + 4);
    bytes.set(this.storeHost.address);
    bytes.writeInt32BE(port, this.storeHost.address.length);
    this.messageIdPrefix = bytes.toString('hex').toUpperCase();
    return this.storeHost;
  }

  private busy(request: RemotingCommand): RemotingCommand {
    this.context.counters.busyAnswers++;
    this.context.limits.hit('sendThreadPoolQueueCapacity');
    return this.refuse(request, {
      code: ResponseCode.SYSTEM_BUSY,
      remark: `${this.pending} sends wait for the disk (sendThreadPoolQueueCapacity): send later`,
    });
  }

  private describeFailure(response: RemotingCommand, result: PutMessageResult): void {
    response.remark = remarkOf(result, this.context.config.store.maxMessageSize);
    this.addRegion(response);
  }

  private refuse(request: RemotingCommand, refusal: SendRefusal): RemotingCommand {
    this.context.counters.sendFailures++;
    const response = RemotingCommand.createResponse(request, refusal.code, refusal.remark);
    this.addRegion(response);
    return response;
  }

  private addRegion(response: RemotingCommand): void {
    response.extFields.set('MSG_REGION', this.regionId);
    response.extFields.set('TRACE_ON', this.traceOn);
  }
}

const NO_BYTES = Buffer.alloc(0);

/** A half message counts for its topic when it is committed. */
const HALF = { topic: SystemTopic.TRANS_HALF_TOPIC };

const EMPTY_BODY = {
  code: ResponseCode.MESSAGE_ILLEGAL,
  remark: 'the message body is empty: a message needs at least one byte',
};

const TIMER_PROPERTIES = [
  MessageConst.PROPERTY_TIMER_DELAY_SEC,
  MessageConst.PROPERTY_TIMER_DELAY_MS,
  MessageConst.PROPERTY_TIMER_DELIVER_MS,
];

function isTrue(text: string | undefined): boolean {
  return text !== undefined && text.toLowerCase() === 'true';
}

/** The producer's address in the form of records, made once for a connection. */
function bornHostOf(connection: Connection): HostAddress {
  const known = connection.attributes.get(BORN_HOST);
  if (known) return known as HostAddress;
  const host = createHostAddress(connection.remoteHost, connection.remotePort);
  connection.attributes.set(BORN_HOST, host);
  return host;
}
