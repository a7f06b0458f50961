import { errorCodeOf, errorMessageOf, isReadable } from '@rocket-nest/common';
import { RemotingCommand, RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { Connection, SubscriptionData } from '@rocket-nest/remoting';
import { PullMessageRequestDecoder } from '@rocket-nest/remoting/internal';
import type { PullMessageRequest } from '@rocket-nest/remoting/internal';
import { GetMessageStatus } from '@rocket-nest/store';
import type { GetMessageResult } from '@rocket-nest/store';
import type { BrokerContext } from '../broker-context';
import { isTagType, parseTagExpression } from '../filter/tag-expression';
import { TagFilters } from '../filter/tags-code-filter';
import { PERM_FORBIDDEN_READ } from '../subscription/subscription-group-manager';
import { PullOperation } from './pull-operation';
import type { PullRunner } from './pull-operation';

/** Bits of a pull's sysFlag. */
const PullSysFlag = { COMMIT_OFFSET: 1, SUSPEND: 2, SUBSCRIPTION: 4 } as const;

/** Why a pull is forbidden, told beside NO_PERMISSION. */
const ForbiddenType = { BROKER: 1, GROUP: 2, TOPIC: 3, BROADCASTING: 4, SUBSCRIPTION: 5 } as const;

/** A refusal; the pull is answered with it at once. */
interface Refusal {
  readonly code: number;
  readonly remark: string;
  readonly forbiddenType?: number;
}

/**
 * PULL_MESSAGE (11) and LITE_PULL_MESSAGE (361). Recent messages are answered at once, as slices of
 * the store's memory; a pull that finds nothing may wait for the next message.
 */
export class PullMessageProcessor implements PullRunner {
  private readonly decoder = new PullMessageRequestDecoder();
  private readonly tagFilters = new TagFilters();

  constructor(private readonly context: BrokerContext) {}

  process(connection: Connection, request: RemotingCommand): undefined {
    this.context.counters.pullRequests++;
    const header = this.decoder.decode(request);
    const response = RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR);
    this.run(new PullOperation(this, connection, request.code, header, response), true);
    return undefined;
  }

  /** Runs a pull that was held; it is answered whatever comes out. */
  runAgain(operation: PullOperation): void {
    if (!operation.connection.isOpen) return;
    try {
      this.run(operation, false);
    } catch (error) {
      this.fail(operation, error);
    }
  }

  private run(operation: PullOperation, maySuspend: boolean): void {
    const refusal = this.prepare(operation);
    if (refusal) return this.refuse(operation, refusal);
    const { header } = operation;
    const reset = this.pendingReset(operation);
    if (reset) return this.complete(operation, reset, maySuspend, false);
    const result = this.context.messageStore.getMessage({
      group: header.consumerGroup,
      topic: header.topic,
      queueId: header.queueId,
      offset: header.queueOffset,
      maxMsgNums: header.maxMsgNums,
      maxTotalBytes:
        header.maxMsgBytes !== undefined && header.maxMsgBytes > 0 ? header.maxMsgBytes : undefined,
      filter: operation.filter,
    });
    if (!('then' in result)) return this.complete(operation, result, maySuspend, false);
    result.then(
      (found) => this.complete(operation, found, maySuspend, true),
      (error: unknown) => this.fail(operation, error),
    );
  }

  /** Checks the pull and finds its filter. */
  private prepare(operation: PullOperation): Refusal | undefined {
    const { context } = this;
    const { broker } = context.config;
    const { header } = operation;
    if (!isReadable(broker.brokerPermission)) {
      return forbidden(ForbiddenType.BROKER, `the broker ${broker.brokerName} may not be read`);
    }
    if (operation.requestCode === RequestCode.LITE_PULL_MESSAGE && !broker.litePullMessageEnable) {
      return forbidden(
        ForbiddenType.BROKER,
        `the broker ${broker.brokerName} serves no lite pulls (litePullMessageEnable)`,
      );
    }
    const group = context.subscriptionGroupManager.findSubscriptionGroupConfig(
      header.consumerGroup,
    );
    if (!group) {
      return {
        code: ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
        remark: `there is no subscription group ${header.consumerGroup}: create it first`,
      };
    }
    if (!group.consumeEnable) {
      return forbidden(
        ForbiddenType.GROUP,
        `the group ${header.consumerGroup} may not consume (consumeEnable)`,
      );
    }
    const topic = context.topicConfigManager.selectTopicConfig(header.topic);
    if (!topic) {
      return {
        code: ResponseCode.TOPIC_NOT_EXIST,
        remark: `there is no topic ${header.topic}: create it first`,
      };
    }
    if (!isReadable(topic.perm)) {
      return forbidden(ForbiddenType.TOPIC, `the topic ${header.topic} may not be read (perm)`);
    }
    if (header.queueId < 0 || header.queueId >= topic.readQueueNums) {
      return {
        code: ResponseCode.INVALID_PARAMETER,
        remark:
          `there is no queue ${header.queueId}: topic ${header.topic} has ` +
          `${topic.readQueueNums} queues to read (consumer ${operation.connection.remoteAddress})`,
      };
    }
    operation.topicSysFlag = topic.topicSysFlag;
    operation.groupSysFlag = group.groupSysFlag;
    return this.prepareFilter(operation, group.consumeBroadcastEnable);
  }

  private prepareFilter(operation: PullOperation, mayBroadcast: boolean): Refusal | undefined {
    const { header } = operation;
    const subscription =
      (header.sysFlag & PullSysFlag.SUBSCRIPTION) !== 0
        ? subscriptionOfRequest(header)
        : this.subscriptionOfGroup(header, mayBroadcast);
    if ('code' in subscription) return subscription;
    if (!isTagType(subscription.expressionType)) {
      return {
        code: ResponseCode.SYSTEM_ERROR,
        remark: `this broker does not filter by ${subscription.expressionType} (enablePropertyFilter)`,
      };
    }
    operation.filter = this.tagFilters.filterFor(subscription);
    return undefined;
  }

  private subscriptionOfGroup(
    header: PullMessageRequest,
    mayBroadcast: boolean,
  ): SubscriptionData | Refusal {
    const { consumerGroup, topic } = header;
    const group = this.context.consumerManager.getConsumerGroupInfo(consumerGroup);
    if (!group) {
      return {
        code: ResponseCode.SUBSCRIPTION_NOT_EXIST,
        remark: `the consumer group ${consumerGroup} has sent no heartbeat yet`,
      };
    }
    if (!mayBroadcast && group.profile.messageModel === 'BROADCASTING') {
      return forbidden(
        ForbiddenType.BROADCASTING,
        `the group ${consumerGroup} may not broadcast (consumeBroadcastEnable)`,
      );
    }
    const groups = this.context.subscriptionGroupManager;
    if (groups.isForbidden(consumerGroup, topic, PERM_FORBIDDEN_READ)) {
      return forbidden(
        ForbiddenType.SUBSCRIPTION,
        `the group ${consumerGroup} may not read the topic ${topic}`,
      );
    }
    const subscription = group.findSubscriptionData(topic);
    if (!subscription) {
      return {
        code: ResponseCode.SUBSCRIPTION_NOT_EXIST,
        remark: `the consumer group ${consumerGroup} does not subscribe to ${topic}`,
      };
    }
    if (subscription.subVersion < header.subVersion) {
      return {
        code: ResponseCode.SUBSCRIPTION_NOT_LATEST,
        remark: `the subscription of ${consumerGroup} to ${topic} known here is an older one`,
      };
    }
    return subscription;
  }

  /** The answer that tells a consumer of an offset reset it has not seen yet. */
  private pendingReset(operation: PullOperation): GetMessageResult | undefined {
    const { context } = this;
    if (!context.config.broker.useServerSideResetOffset) return undefined;
    const { topic, consumerGroup, queueId } = operation.header;
    const offset = context.consumerOffsetManager.queryThenEraseResetOffset(
      topic,
      consumerGroup,
      queueId,
    );
    if (offset === undefined) return undefined;
    return {
      status: GetMessageStatus.OFFSET_RESET,
      nextBeginOffset: offset,
      minOffset: context.messageStore.minOffsetInQueue(topic, queueId),
      maxOffset: context.messageStore.maxOffsetInQueue(topic, queueId),
      parts: [],
      messageCount: 0,
      bufferTotalBytes: 0,
      messageQueueOffsets: [],
      suggestPullingFromSlave: false,
      diskFallBehindBytes: 0,
    };
  }

  private complete(
    operation: PullOperation,
    result: GetMessageResult,
    maySuspend: boolean,
    timePassed: boolean,
  ): void {
    const { header, response } = operation;
    const code = responseCodeOf(result.status, header.queueOffset);
    this.noteOffsets(operation, result, maySuspend);
    if (code === ResponseCode.PULL_NOT_FOUND && maySuspend) {
      const wantsToWait = (header.sysFlag & PullSysFlag.SUSPEND) !== 0;
      if (wantsToWait) return this.suspend(operation, timePassed);
    }
    operation.nextBeginOffset = result.nextBeginOffset;
    operation.minOffset = result.minOffset;
    operation.maxOffset = result.maxOffset;
    response.code = code;
    response.remark = nameOf(result.status);
    response.customHeader = operation;
    if (result.messageCount > 0) this.count(operation, result);
    operation.connection.respond(response, result.parts, result.release);
  }

  private suspend(operation: PullOperation, timePassed: boolean): void {
    const { context } = this;
    const { broker } = context.config;
    const { header } = operation;
    const holdMs = broker.longPollingEnable
      ? header.suspendTimeoutMillis
      : broker.shortPollingTimeMills;
    const arrived =
      timePassed &&
      context.messageStore.maxOffsetInQueue(header.topic, header.queueId) > header.queueOffset;
    if (arrived) return this.runAgain(operation);
    if (context.pullRequestHoldService.suspend(operation, holdMs)) {
      operation.response.suspended = true;
      return;
    }
    context.counters.busyAnswers++;
    context.limits.hit('maxHeldPulls');
    this.refuse(operation, {
      code: ResponseCode.SYSTEM_BUSY,
      remark: 'this broker holds as many pulls as it may: pull again later',
    });
  }

  private noteOffsets(operation: PullOperation, result: GetMessageResult, isFirst: boolean): void {
    const { consumerOffsetManager } = this.context;
    const { consumerGroup, topic, queueId, sysFlag, commitOffset } = operation.header;
    consumerOffsetManager.commitPullOffset(consumerGroup, topic, queueId, result.nextBeginOffset);
    if (!isFirst || (sysFlag & PullSysFlag.COMMIT_OFFSET) === 0) return;
    consumerOffsetManager.commitOffset(
      operation.connection,
      consumerGroup,
      topic,
      queueId,
      commitOffset,
    );
  }

  private count(operation: PullOperation, result: GetMessageResult): void {
    const { counters } = this.context;
    counters.messagesOut += result.messageCount;
    counters.bytesOut += result.bufferTotalBytes;
    const consumer = counters.ofConsumer(operation.topic, operation.header.consumerGroup);
    consumer.messagesOut += result.messageCount;
    consumer.bytesOut += result.bufferTotalBytes;
  }

  private refuse(operation: PullOperation, refusal: Refusal): void {
    const { response } = operation;
    response.code = refusal.code;
    response.remark = refusal.remark;
    if (refusal.forbiddenType !== undefined) {
      response.extFields.set('forbiddenType', String(refusal.forbiddenType));
    }
    operation.connection.respond(response);
  }

  private fail(operation: PullOperation, error: unknown): void {
    const isBusy = errorCodeOf(error) === 'STORE_READ_BUSY';
    const code = isBusy ? ResponseCode.SYSTEM_BUSY : ResponseCode.SYSTEM_ERROR;
    if (!isBusy) {
      this.context.counters.failedRequests++;
      this.context.logger.error('a pull failed', { topic: operation.topic, error });
    }
    this.refuse(operation, { code, remark: errorMessageOf(error) });
  }
}

function forbidden(forbiddenType: number, remark: string): Refusal {
  return { code: ResponseCode.NO_PERMISSION, remark, forbiddenType };
}

function subscriptionOfRequest(header: PullMessageRequest): SubscriptionData | Refusal {
  const { topic, subscription, expressionType, subVersion } = header;
  if (!isTagType(expressionType) && subscription) {
    return {
      classFilterMode: false,
      codeSet: [],
      tagsSet: [],
      expressionType: expressionType ?? '',
      subString: subscription,
      subVersion,
      topic,
    };
  }
  const parsed = isTagType(expressionType) ? parseTagExpression(topic, subscription) : undefined;
  if (parsed) return parsed;
  return {
    code: ResponseCode.SUBSCRIPTION_PARSE_FAILED,
    remark: `the subscription "${subscription ?? ''}" cannot be parsed`,
  };
}

/** The topic and its queue exist: a queue the store does not know has had no message yet. */
function nameOf(status: GetMessageStatus): string {
  const isUnknown = status === GetMessageStatus.NO_MATCHED_LOGIC_QUEUE;
  return isUnknown ? GetMessageStatus.NO_MESSAGE_IN_QUEUE : status;
}

/** A store status as the response code of a pull. */
function responseCodeOf(status: GetMessageStatus, queueOffset: number): number {
  switch (status) {
    case GetMessageStatus.FOUND:
      return ResponseCode.SUCCESS;
    case GetMessageStatus.NO_MATCHED_MESSAGE:
    case GetMessageStatus.MESSAGE_WAS_REMOVING:
      return ResponseCode.PULL_RETRY_IMMEDIATELY;
    case GetMessageStatus.NO_MATCHED_LOGIC_QUEUE:
    case GetMessageStatus.NO_MESSAGE_IN_QUEUE:
      return queueOffset === 0 ? ResponseCode.PULL_NOT_FOUND : ResponseCode.PULL_OFFSET_MOVED;
    case GetMessageStatus.OFFSET_FOUND_NULL:
    case GetMessageStatus.OFFSET_OVERFLOW_ONE:
      return ResponseCode.PULL_NOT_FOUND;
    case GetMessageStatus.OFFSET_OVERFLOW_BADLY:
    case GetMessageStatus.OFFSET_TOO_SMALL:
    case GetMessageStatus.OFFSET_RESET:
      return ResponseCode.PULL_OFFSET_MOVED;
  }
}
