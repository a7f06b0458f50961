import {
  decodeHeader,
  encodeBody,
  GetTopicsByClusterRequestHeader,
  RemotingCommand,
  ResponseCode,
  TopicList,
} from '@rocket-nest/remoting';
import type { RouteInfoManager } from '../route/route-info-manager';
import type { TopicUnitKind } from '../route/topic-unit';

export interface TopicListProcessorOptions {
  readonly enableAllTopicList: boolean;
  readonly enableTopicList: boolean;
}

/** Lists of topic names. */
export class TopicListProcessor {
  constructor(
    private readonly options: TopicListProcessorOptions,
    private readonly routes: RouteInfoManager,
  ) {}

  /** GET_ALL_TOPIC_LIST_FROM_NAMESERVER (206). */
  getAllTopicList(request: RemotingCommand): RemotingCommand {
    if (!this.options.enableAllTopicList) return disabled(request, 'enableAllTopicList');
    return answer(request, this.routes.allTopics());
  }

  /** GET_TOPICS_BY_CLUSTER (224). */
  getTopicsByCluster(request: RemotingCommand): RemotingCommand {
    if (!this.options.enableTopicList) return disabled(request, 'enableTopicList');
    const { cluster } = decodeHeader(GetTopicsByClusterRequestHeader, request);
    return answer(request, this.routes.topicsByCluster(cluster));
  }

  /** GET_SYSTEM_TOPIC_LIST_FROM_NS (304). */
  getSystemTopicList(request: RemotingCommand): RemotingCommand {
    const { topicList, brokerAddr } = this.routes.systemTopics();
    return answer(request, topicList, brokerAddr);
  }

  /** GET_UNIT_TOPIC_LIST (311). */
  getUnitTopicList(request: RemotingCommand): RemotingCommand {
    return this.byUnit(request, 'UNIT');
  }

  /** GET_HAS_UNIT_SUB_TOPIC_LIST (312). */
  getHasUnitSubTopicList(request: RemotingCommand): RemotingCommand {
    return this.byUnit(request, 'HAS_UNIT_SUB');
  }

  /** GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST (313). */
  getHasUnitSubUnunitTopicList(request: RemotingCommand): RemotingCommand {
    return this.byUnit(request, 'HAS_UNIT_SUB_UNUNIT');
  }

  private byUnit(request: RemotingCommand, kind: TopicUnitKind): RemotingCommand {
    if (!this.options.enableTopicList) return disabled(request, 'enableTopicList');
    return answer(request, this.routes.unitTopics(kind));
  }
}

function answer(
  request: RemotingCommand,
  topicList: string[],
  brokerAddr?: string,
): RemotingCommand {
  const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  response.body = encodeBody(TopicList, { topicList, brokerAddr });
  return response;
}

function disabled(request: RemotingCommand, property: string): RemotingCommand {
  const remark = `disabled: ${property} is false on this name server`;
  return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, remark);
}
