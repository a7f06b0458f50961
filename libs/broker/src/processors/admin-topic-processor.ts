import {
  TOPIC_FILTER_TYPES,
  createTopicConfig,
  errorMessageOf,
  isValidPerm,
  popRetryTopicV1Of,
  popRetryTopicV2Of,
  topicConfigToJson,
  validateTopic,
} from '@rocket-nest/common';
import type { TopicConfig } from '@rocket-nest/common';
import {
  CreateTopicListRequestBody,
  CreateTopicRequestHeader,
  DeleteTopicRequestHeader,
  GetAllTopicConfigRequestHeader,
  GetTopicConfigRequestHeader,
  GetTopicStatsInfoRequestHeader,
  GroupList,
  QueryTopicConsumeByWhoRequestHeader,
  RemotingCommand,
  ResponseCode,
  TopicConfigAndQueueMapping,
  TopicList,
  TopicQueueMappingDetail,
  TopicStatsTable,
  decodeBody,
  decodeHeader,
  encodeBody,
} from '@rocket-nest/remoting';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import { JsonEntries, jsonChunks } from '../background/json-chunks';
import type { JsonValue } from '../background/json-chunks';
import { dataVersionJson } from '../background/json-read';
import { textInSlices } from '../background/json-table-file';
import { pageOf, pageRequestOf } from './config-page';
import type { PageHeader } from './config-page';
import { parseAttributeChanges } from './attribute-text';

/** Queues a topic may have; an admin's wish for more is refused. */
export const MAX_QUEUES_PER_TOPIC = 65_535;

/** Topics: made, changed, deleted, listed and measured (17, 18, 21, 202, 215, 300, 305, 351, 513). */
export class AdminTopicProcessor {
  constructor(private readonly broker: BrokerContext) {}

  /** UPDATE_AND_CREATE_TOPIC (17). */
  readonly updateAndCreateTopic: RequestProcessor = (_connection, request) => {
    const config = topicConfigOf(decodeHeader(CreateTopicRequestHeader, request));
    return 'problem' in config
      ? this.failed(request, config.problem)
      : this.update(request, [config]);
  };

  /** UPDATE_AND_CREATE_STATIC_TOPIC (513): a topic with the queues that this broker holds of it. */
  readonly updateAndCreateStaticTopic: RequestProcessor = async (_connection, request) => {
    const header = decodeHeader(CreateTopicRequestHeader, request);
    const detail = decodeBody(TopicQueueMappingDetail, request.body);
    const config = topicConfigOf(header);
    if ('problem' in config) return this.failed(request, config.problem);
    const { topicQueueMappingManager } = this.broker;
    const problem = topicQueueMappingManager.problemOf(header.topic, detail, header.force);
    if (problem) return this.failed(request, problem);
    const response = await this.update(request, [config]);
    if (response.code !== ResponseCode.SUCCESS) return response;
    topicQueueMappingManager.updateTopicQueueMapping(header.topic, detail);
    await topicQueueMappingManager.persist();
    return response;
  };

  /** UPDATE_AND_CREATE_TOPIC_LIST (18). */
  readonly updateAndCreateTopicList: RequestProcessor = (_connection, request) => {
    const { topicConfigList } = decodeBody(CreateTopicListRequestBody, request.body);
    return this.update(request, topicConfigList ?? []);
  };

  /** DELETE_TOPIC_IN_BROKER (215): the topic, its offsets, its messages and its pop retry topics. */
  readonly deleteTopicInBroker: RequestProcessor = (_connection, request) => {
    const { topic } = decodeHeader(DeleteTopicRequestHeader, request);
    const { config, topicConfigManager, consumerOffsetManager } = this.broker;
    if (topic.trim() === '') return this.invalid(request, 'The specified topic is blank.');
    if (
      config.broker.validateSystemTopicWhenUpdateTopic &&
      topicConfigManager.isSystemTopic(topic)
    ) {
      return this.invalid(request, `The topic[${topic}] is conflict with system topic.`);
    }
    const topics = new Set([topic]);
    if (config.broker.clearRetryTopicWhenDeleteTopic) {
      for (const group of consumerOffsetManager.whichGroupByTopic(topic)) {
        for (const retry of [popRetryTopicV1Of(topic, group), popRetryTopicV2Of(topic, group)]) {
          if (topicConfigManager.selectTopicConfig(retry)) topics.add(retry);
        }
      }
    }
    for (const name of topics) this.forget(name);
    this.broker.messageStore.deleteTopics(topics);
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  };

  /** GET_ALL_TOPIC_CONFIG (21): all topics, or a page of them when the caller counts. */
  readonly getAllTopicConfig: RequestProcessor = async (_connection, request) => {
    const { topicConfigTable, dataVersion } = this.broker.topicConfigManager;
    const { topicQueueMappingManager } = this.broker;
    const page = pageRequestOf(this.broker.config.broker, dataVersion, pageHeaderOf(request));
    const topics = pageOf(topicConfigTable.values(), page);
    const version = dataVersionJson(dataVersion);
    const body: JsonValue = {
      dataVersion: version,
      mappingDataVersion: dataVersionJson(topicQueueMappingManager.dataVersion),
      topicConfigTable: new JsonEntries(function* () {
        for (const topic of topics) {
          yield [topic.topicName, topicConfigToJson(topic) as JsonValue];
        }
      }),
      topicQueueMappingDetailMap: new JsonEntries(() => topicQueueMappingManager.detailEntries()),
      topicQueueMappingInfoMap: {},
    };
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.extFields.set('totalTopicNum', String(topicConfigTable.size));
    response.body = await textInSlices(this.broker.clock, jsonChunks(body, false));
    return response;
  };

  /** GET_TOPIC_CONFIG (351). */
  readonly getTopicConfig: RequestProcessor = (_connection, request) => {
    const { topic, lo } = decodeHeader(GetTopicConfigRequestHeader, request);
    const config = this.broker.topicConfigManager.selectTopicConfig(topic);
    if (!config) return this.unknownTopic(request, topic);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    const mappingDetail = lo
      ? this.broker.topicQueueMappingManager.getTopicQueueMapping(topic)
      : undefined;
    response.body = encodeBody(TopicConfigAndQueueMapping, { ...config, mappingDetail });
    return response;
  };

  /** GET_TOPIC_STATS_INFO (202): ends and last store time of each queue. */
  readonly getTopicStatsInfo: RequestProcessor = async (_connection, request) => {
    const { topic } = decodeHeader(GetTopicStatsInfoRequestHeader, request);
    const config = this.broker.topicConfigManager.selectTopicConfig(topic);
    if (!config) return this.unknownTopic(request, topic);
    const { messageStore, brokerStats } = this.broker;
    const { brokerName } = this.broker.config.broker;
    const queueNums = Math.max(config.writeQueueNums, config.readQueueNums);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    const offsetTable = [];
    for (let queueId = 0; queueId < queueNums; queueId++) {
      const minOffset = messageStore.minOffsetInQueue(topic, queueId);
      const maxOffset = messageStore.maxOffsetInQueue(topic, queueId);
      const lastUpdateTimestamp =
        maxOffset > minOffset
          ? Math.max(0, await messageStore.messageStoreTimestamp(topic, queueId, maxOffset - 1))
          : 0;
      const queue = { brokerName, queueId, topic };
      offsetTable.push([queue, { lastUpdateTimestamp, maxOffset, minOffset }] as const);
    }
    const topicPutTps = brokerStats.topicPutTps(topic);
    response.body = encodeBody(TopicStatsTable, { offsetTable, topicPutTps });
    return response;
  };

  /** QUERY_TOPIC_CONSUME_BY_WHO (300): groups that consume the topic now, or once did. */
  readonly queryTopicConsumeByWho: RequestProcessor = (_connection, request) => {
    const { topic } = decodeHeader(QueryTopicConsumeByWhoRequestHeader, request);
    const groups = new Set([
      ...this.broker.consumerManager.queryTopicConsumeByWho(topic),
      ...this.broker.consumerOffsetManager.whichGroupByTopic(topic),
    ]);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(GroupList, { groupList: [...groups] });
    return response;
  };

  /** GET_SYSTEM_TOPIC_LIST_FROM_BROKER (305). */
  readonly getSystemTopicListFromBroker: RequestProcessor = (_connection, request) => {
    const topicList = this.broker.topicConfigManager.systemTopicNames();
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(TopicList, { topicList });
    return response;
  };

  private async update(
    request: RemotingCommand,
    configs: readonly TopicConfig[],
  ): Promise<RemotingCommand> {
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    for (const config of configs) {
      const problem = this.problemOf(config);
      if (problem) return this.invalid(request, problem);
    }
    try {
      await this.broker.topicConfigManager.updateTopicConfigs(configs);
      return response;
    } catch (error) {
      response.code = ResponseCode.SYSTEM_ERROR;
      response.remark = errorMessageOf(error);
      return response;
    }
  }

  private problemOf(config: TopicConfig): string | undefined {
    const { topicName, readQueueNums, writeQueueNums, perm } = config;
    const { broker } = this.broker.config;
    const named = validateTopic(topicName);
    if (named) return named.message;
    const isSystem = this.broker.topicConfigManager.isSystemTopic(topicName);
    if (broker.validateSystemTopicWhenUpdateTopic && isSystem) {
      return `The topic[${topicName}] is conflict with system topic.`;
    }
    for (const queues of [readQueueNums, writeQueueNums]) {
      if (queues >= 0 && queues <= MAX_QUEUES_PER_TOPIC) continue;
      return `the topic ${topicName} cannot have ${queues} queues, only 0 to ${MAX_QUEUES_PER_TOPIC}`;
    }
    if (!isValidPerm(perm)) return `the topic ${topicName} cannot have the permission ${perm}`;
    return undefined;
  }

  private forget(topic: string): void {
    const { topicConfigManager, consumerOffsetManager, subscriptionGroupManager } = this.broker;
    topicConfigManager.deleteTopicConfig(topic);
    consumerOffsetManager.removeTopic(topic);
    this.broker.topicQueueMappingManager.removeTopic(topic);
    subscriptionGroupManager.removeTopic(topic);
    this.broker.pullRequestHoldService.wakeTopic(topic);
    this.broker.counters.removeTopic(topic);
  }

  private unknownTopic(request: RemotingCommand, topic: string): RemotingCommand {
    return RemotingCommand.createResponse(
      request,
      ResponseCode.TOPIC_NOT_EXIST,
      `topic[${topic}] not exist`,
    );
  }

  private failed(request: RemotingCommand, remark: string): RemotingCommand {
    return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, remark);
  }

  private invalid(request: RemotingCommand, remark: string): RemotingCommand {
    return RemotingCommand.createResponse(request, ResponseCode.INVALID_PARAMETER, remark);
  }
}

/** The topic that an admin describes, or what is wrong with the description. */
function topicConfigOf(header: CreateTopicRequestHeader): TopicConfig | { problem: string } {
  const attributes = parseAttributeChanges(header.attributes);
  if (!attributes) {
    return { problem: `add/alter attribute format is wrong: ${header.attributes}` };
  }
  const topicFilterType = TOPIC_FILTER_TYPES.find((type) => type === header.topicFilterType);
  if (!topicFilterType) {
    return { problem: `topicFilterType = [${header.topicFilterType}] value invalid` };
  }
  return createTopicConfig(header.topic, {
    readQueueNums: header.readQueueNums,
    writeQueueNums: header.writeQueueNums,
    perm: header.perm,
    topicFilterType,
    topicSysFlag: header.topicSysFlag ?? 0,
    order: header.order,
    attributes,
  });
}

function pageHeaderOf(request: RemotingCommand): PageHeader | undefined {
  if (request.extField('topicSeq') === undefined) return undefined;
  const header = decodeHeader(GetAllTopicConfigRequestHeader, request);
  return { start: header.topicSeq, count: header.maxTopicNum, dataVersion: header.dataVersion };
}
