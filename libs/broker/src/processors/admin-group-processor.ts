import {
  errorMessageOf,
  subscriptionGroupConfigFromJson,
  subscriptionGroupConfigToJson,
  validateGroup,
} from '@rocket-nest/common';
import type { SubscriptionGroupConfig } from '@rocket-nest/common';
import {
  DeleteSubscriptionGroupRequestHeader,
  GetAllSubscriptionGroupRequestHeader,
  GetSubscriptionGroupConfigRequestHeader,
  GroupForbidden,
  RemotingCommand,
  ResponseCode,
  SubscriptionGroupList,
  UpdateGroupForbiddenRequestHeader,
  decodeBody,
  decodeHeader,
  encodeBody,
  parseJson,
  stringifyJson,
} from '@rocket-nest/remoting';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import { textInSlices } from '../background/json-table-file';
import { applyGroupAttributeChanges } from '../subscription/group-attribute-changes';
import { PERM_FORBIDDEN_READ } from '../subscription/subscription-group-manager';
import { pageOf, pageRequestOf } from './config-page';
import type { PageHeader } from './config-page';

/** Consumer groups: made, changed, deleted, listed, forbidden (200, 201, 207, 225, 352, 353). */
export class AdminGroupProcessor {
  constructor(private readonly broker: BrokerContext) {}

  /** UPDATE_AND_CREATE_SUBSCRIPTIONGROUP (200). */
  readonly updateAndCreateSubscriptionGroup: RequestProcessor = (_connection, request) =>
    this.update(request, [subscriptionGroupConfigFromJson(parseJson(request.body ?? ''))]);

  /** UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST (225). */
  readonly updateAndCreateSubscriptionGroupList: RequestProcessor = (_connection, request) => {
    const { groupConfigList } = decodeBody(SubscriptionGroupList, request.body);
    return this.update(request, groupConfigList ?? []);
  };

  /** DELETE_SUBSCRIPTIONGROUP (207): with its offsets when the caller says so. */
  readonly deleteSubscriptionGroup: RequestProcessor = async (_connection, request) => {
    const { groupName, cleanOffset } = decodeHeader(DeleteSubscriptionGroupRequestHeader, request);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    const { subscriptionGroupManager, consumerOffsetManager, counters } = this.broker;
    subscriptionGroupManager.deleteSubscriptionGroupConfig(groupName);
    if (cleanOffset) consumerOffsetManager.removeGroup(groupName);
    counters.removeGroup(groupName);
    return this.whenPersisted(response);
  };

  /** GET_ALL_SUBSCRIPTIONGROUP_CONFIG (201): all groups, or a page of them. */
  readonly getAllSubscriptionGroup: RequestProcessor = async (_connection, request) => {
    const { subscriptionGroupManager, config, clock } = this.broker;
    const { dataVersion, subscriptionGroupTable: table } = subscriptionGroupManager;
    const page = pageRequestOf(config.broker, dataVersion, pageHeaderOf(request));
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.extFields.set('totalGroupNum', String(table.size));
    const chunks = subscriptionGroupManager.jsonChunks(false, pageOf(table.values(), page));
    response.body = await textInSlices(clock, chunks);
    return response;
  };

  /** GET_SUBSCRIPTIONGROUP_CONFIG (352): asking for a group makes it where that is allowed. */
  readonly getSubscriptionGroupConfig: RequestProcessor = (_connection, request) => {
    const { group } = decodeHeader(GetSubscriptionGroupConfigRequestHeader, request);
    const config = this.broker.subscriptionGroupManager.findSubscriptionGroupConfig(group);
    if (!config) {
      return RemotingCommand.createResponse(
        request,
        ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
        `No group in this broker. group: ${group}`,
      );
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = Buffer.from(stringifyJson(subscriptionGroupConfigToJson(config)));
    return response;
  };

  /** UPDATE_AND_GET_GROUP_FORBIDDEN (353): whether a group may read a topic. */
  readonly updateAndGetGroupForbidden: RequestProcessor = (_connection, request) => {
    const { group, topic, readable } = decodeHeader(UpdateGroupForbiddenRequestHeader, request);
    const { subscriptionGroupManager } = this.broker;
    if (readable !== undefined) {
      subscriptionGroupManager.updateForbidden(group, topic, PERM_FORBIDDEN_READ, !readable);
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(GroupForbidden, {
      group,
      readable: !subscriptionGroupManager.isForbidden(group, topic, PERM_FORBIDDEN_READ),
      topic,
    });
    return this.whenPersisted(response);
  };

  private async update(
    request: RemotingCommand,
    configs: readonly SubscriptionGroupConfig[],
  ): Promise<RemotingCommand> {
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    const { subscriptionGroupManager } = this.broker;
    for (const config of configs) {
      const problem = validateGroup(config.groupName);
      if (problem) return fail(response, ResponseCode.INVALID_PARAMETER, problem.message);
    }
    try {
      for (const config of configs) {
        const known = subscriptionGroupManager.getSubscriptionGroupConfig(config.groupName);
        const current = known?.attributes ?? new Map<string, string>();
        const attributes = applyGroupAttributeChanges(current, config.attributes);
        if (subscriptionGroupManager.updateSubscriptionGroupConfig({ ...config, attributes })) {
          continue;
        }
        return fail(response, ResponseCode.SYSTEM_ERROR, 'the broker keeps no more groups');
      }
    } catch (error) {
      return fail(response, ResponseCode.SYSTEM_ERROR, errorMessageOf(error));
    }
    return this.whenPersisted(response);
  }

  private async whenPersisted(response: RemotingCommand): Promise<RemotingCommand> {
    try {
      await this.broker.subscriptionGroupManager.persist();
      return response;
    } catch (error) {
      const remark = `the change is in force but could not be written: ${errorMessageOf(error)}`;
      return fail(response, ResponseCode.SYSTEM_ERROR, remark);
    }
  }
}

function fail(response: RemotingCommand, code: number, remark: string): RemotingCommand {
  response.code = code;
  response.remark = remark;
  return response;
}

function pageHeaderOf(request: RemotingCommand): PageHeader | undefined {
  if (request.extField('groupSeq') === undefined) return undefined;
  const header = decodeHeader(GetAllSubscriptionGroupRequestHeader, request);
  return { start: header.groupSeq, count: header.maxGroupNum, dataVersion: header.dataVersion };
}
