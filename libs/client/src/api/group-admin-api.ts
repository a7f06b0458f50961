import {
  subscriptionGroupConfigToJson,
  type MessageQueue,
  type SubscriptionGroupConfig,
} from '@rocket-nest/common';
import {
  ConsumerConnection,
  ConsumeMessageDirectlyResult,
  ConsumeMessageDirectlyResultRequestHeader,
  ConsumerRunningInfo,
  ConsumeStats,
  decodeBody,
  DeleteSubscriptionGroupRequestHeader,
  encodeHeader,
  GetAllSubscriptionGroupRequestHeader,
  GetConsumerConnectionListRequestHeader,
  GetConsumerRunningInfoRequestHeader,
  GetConsumeStatsRequestHeader,
  RequestCode,
  ResetOffsetBody,
  ResetOffsetRequestHeader,
  ResponseCode,
  stringifyJson,
  SubscriptionGroupWrapper,
  type HeaderInit,
} from '@rocket-nest/remoting';
import { responseError, type RpcClient } from '../transport/rpc-client';

/** Groups asked for in one request. */
const PAGE_GROUPS = 2000;
/** The broker asks the client, which may take this long. */
const FORWARDED_TIMEOUT_MS = 10_000;

/** Administration of consumer groups at one broker. */
export class GroupAdminApi {
  constructor(
    private readonly rpc: RpcClient,
    private readonly timeoutMs: number,
  ) {}

  async createGroup(address: string, config: SubscriptionGroupConfig): Promise<void> {
    await this.rpc.call(address, `create group ${config.groupName}`, {
      code: RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP,
      body: Buffer.from(stringifyJson(subscriptionGroupConfigToJson(config))),
      timeoutMs: this.timeoutMs,
    });
  }

  async deleteGroup(address: string, groupName: string, cleanOffset: boolean): Promise<void> {
    await this.rpc.call(address, `delete group ${groupName}`, {
      code: RequestCode.DELETE_SUBSCRIPTIONGROUP,
      header: encodeHeader(DeleteSubscriptionGroupRequestHeader, { groupName, cleanOffset }),
      timeoutMs: this.timeoutMs,
    });
  }

  /** All groups that the broker keeps. */
  async groups(address: string): Promise<Map<string, SubscriptionGroupConfig>> {
    const all = new Map<string, SubscriptionGroupConfig>();
    for (;;) {
      const response = await this.rpc.call(address, 'list groups', {
        code: RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG,
        header: encodeHeader(GetAllSubscriptionGroupRequestHeader, {
          groupSeq: all.size,
          maxGroupNum: PAGE_GROUPS,
        }),
        timeoutMs: this.timeoutMs,
      });
      const before = all.size;
      const page = decodeBody(SubscriptionGroupWrapper, response.body).subscriptionGroupTable;
      for (const [name, config] of page) all.set(name, config);
      const total = Number(response.extField('totalGroupNum') ?? all.size);
      if (all.size >= total || all.size === before) return all;
    }
  }

  /** Undefined when the group is not connected there. */
  async connections(address: string, group: string): Promise<ConsumerConnection | undefined> {
    const response = await this.rpc.invoke(address, {
      code: RequestCode.GET_CONSUMER_CONNECTION_LIST,
      header: encodeHeader(GetConsumerConnectionListRequestHeader, { consumerGroup: group }),
      timeoutMs: this.timeoutMs,
    });
    if (response.code === ResponseCode.CONSUMER_NOT_ONLINE) return undefined;
    if (response.code !== ResponseCode.SUCCESS) {
      throw responseError(address, `list the connections of ${group}`, response);
    }
    return decodeBody(ConsumerConnection, response.body);
  }

  async consumeStats(
    address: string,
    consumerGroup: string,
    topic: string | undefined,
  ): Promise<ConsumeStats> {
    const response = await this.rpc.call(address, `read the progress of ${consumerGroup}`, {
      code: RequestCode.GET_CONSUME_STATS,
      header: encodeHeader(GetConsumeStatsRequestHeader, { consumerGroup, topic }),
      timeoutMs: this.timeoutMs,
    });
    return decodeBody(ConsumeStats, response.body);
  }

  async runningInfo(
    address: string,
    consumerGroup: string,
    clientId: string,
  ): Promise<ConsumerRunningInfo> {
    const response = await this.rpc.call(address, `ask ${clientId} of ${consumerGroup}`, {
      code: RequestCode.GET_CONSUMER_RUNNING_INFO,
      header: encodeHeader(GetConsumerRunningInfoRequestHeader, { consumerGroup, clientId }),
      timeoutMs: FORWARDED_TIMEOUT_MS,
    });
    return decodeBody(ConsumerRunningInfo, response.body);
  }

  /** Has a live member consume one message now. `msgId` is an offset message id. */
  async consumeDirectly(
    address: string,
    header: HeaderInit<typeof ConsumeMessageDirectlyResultRequestHeader>,
  ): Promise<ConsumeMessageDirectlyResult> {
    const response = await this.rpc.call(address, `have ${header.msgId} consumed`, {
      code: RequestCode.CONSUME_MESSAGE_DIRECTLY,
      header: encodeHeader(ConsumeMessageDirectlyResultRequestHeader, header),
      timeoutMs: FORWARDED_TIMEOUT_MS,
    });
    return decodeBody(ConsumeMessageDirectlyResult, response.body);
  }

  /** The new offsets; undefined when nobody of the group is connected there. */
  async resetOffsets(
    address: string,
    header: HeaderInit<typeof ResetOffsetRequestHeader>,
  ): Promise<readonly (readonly [MessageQueue, number])[] | undefined> {
    const response = await this.rpc.invoke(address, {
      code: RequestCode.INVOKE_BROKER_TO_RESET_OFFSET,
      header: encodeHeader(ResetOffsetRequestHeader, header),
      timeoutMs: FORWARDED_TIMEOUT_MS,
    });
    if (response.code === ResponseCode.CONSUMER_NOT_ONLINE) return undefined;
    if (response.code !== ResponseCode.SUCCESS) {
      throw responseError(address, `reset offsets of ${header.group}`, response);
    }
    return decodeBody(ResetOffsetBody, response.body).offsetTable;
  }
}
