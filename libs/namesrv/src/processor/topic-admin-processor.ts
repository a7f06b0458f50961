import {
  AddWritePermOfBrokerRequestHeader,
  AddWritePermOfBrokerResponseHeader,
  decodeBody,
  decodeHeader,
  DeleteTopicFromNamesrvRequestHeader,
  encodeHeader,
  RegisterTopicRequestHeader,
  RemotingCommand,
  RemotingError,
  ResponseCode,
  TopicRouteData,
  WipeWritePermOfBrokerRequestHeader,
  WipeWritePermOfBrokerResponseHeader,
} from '@rocket-nest/remoting';
import { isRouteName } from '../registration/route-name';
import type { RouteInfoManager } from '../route/route-info-manager';

/** Changes of the route tables by administrators, and topics registered one by one. */
export class TopicAdminProcessor {
  constructor(private readonly routes: RouteInfoManager) {}

  /** WIPE_WRITE_PERM_OF_BROKER (205). */
  wipeWritePermOfBroker(request: RemotingCommand): RemotingCommand {
    const { brokerName } = decodeHeader(WipeWritePermOfBrokerRequestHeader, request);
    const wipeTopicCount = this.routes.wipeWritePermOfBroker(brokerName);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.extFields = encodeHeader(WipeWritePermOfBrokerResponseHeader, { wipeTopicCount });
    return response;
  }

  /** ADD_WRITE_PERM_OF_BROKER (327). */
  addWritePermOfBroker(request: RemotingCommand): RemotingCommand {
    const { brokerName } = decodeHeader(AddWritePermOfBrokerRequestHeader, request);
    const addTopicCount = this.routes.addWritePermOfBroker(brokerName);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.extFields = encodeHeader(AddWritePermOfBrokerResponseHeader, { addTopicCount });
    return response;
  }

  /** DELETE_TOPIC_IN_NAMESRV (216). */
  deleteTopic(request: RemotingCommand): RemotingCommand {
    const { topic, clusterName } = decodeHeader(DeleteTopicFromNamesrvRequestHeader, request);
    this.routes.deleteTopic(topic, clusterName || undefined);
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  }

  /** REGISTER_TOPIC_IN_NAMESRV (217). */
  registerTopic(request: RemotingCommand): RemotingCommand {
    const { topic } = decodeHeader(RegisterTopicRequestHeader, request);
    if (!isRouteName(topic)) {
      throw new RemotingError('HEADER_BAD_FIELD', 'topic is empty, too long or unprintable');
    }
    const { queueDatas } = decodeBody(TopicRouteData, request.body);
    this.routes.registerTopic(topic, queueDatas);
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  }
}
