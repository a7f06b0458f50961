import { ClusterInfo, encodeBodyText, RemotingCommand, ResponseCode } from '@rocket-nest/remoting';
import type { RouteInfoManager } from '../route/route-info-manager';

/** GET_BROKER_CLUSTER_INFO (106): all clusters with their brokers and addresses. */
export class ClusterProcessor {
  constructor(private readonly routes: RouteInfoManager) {}

  getBrokerClusterInfo(request: RemotingCommand): RemotingCommand {
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    const text = encodeBodyText(ClusterInfo, this.routes.clusterInfo(), { bareIntegerKeys: true });
    response.body = Buffer.from(text);
    return response;
  }
}
