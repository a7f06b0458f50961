import { MixAll, type Clock } from '@rocket-nest/common';
import {
  decodeHeader,
  encodeBodyText,
  GetRouteInfoRequestHeader,
  MQVersion,
  RemotingCommand,
  ResponseCode,
  TopicRouteData,
} from '@rocket-nest/remoting';
import { ORDER_TOPIC_CONFIG, type KVConfigManager } from '../kvconfig/kv-config-manager';
import type { RouteInfoManager } from '../route/route-info-manager';
import { filterByZone } from '../route/zone-filter';

export interface TopicRouteProcessorOptions {
  readonly orderMessageEnable: boolean;
  readonly needWaitForService: boolean;
  readonly waitSecondsForService: number;
}

/** GET_ROUTEINFO_BY_TOPIC (105): where the queues of a topic are. */
export class TopicRouteProcessor {
  private readonly startedMs: number;

  constructor(
    private readonly options: TopicRouteProcessorOptions,
    private readonly routes: RouteInfoManager,
    private readonly kvConfigs: KVConfigManager,
    private readonly clock: Clock,
  ) {
    this.startedMs = clock.monotonicNow();
  }

  getRouteInfoByTopic(request: RemotingCommand): RemotingCommand {
    if (this.isWaiting) {
      const remark = 'name server not ready';
      return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, remark);
    }
    const header = decodeHeader(GetRouteInfoRequestHeader, request);
    const route = this.routes.pickupTopicRouteData(header.topic);
    if (!route) {
      const remark = `No topic route info in name server for the topic: ${header.topic}`;
      return RemotingCommand.createResponse(request, ResponseCode.TOPIC_NOT_EXIST, remark);
    }
    if (this.options.orderMessageEnable) {
      route.orderTopicConf = this.kvConfigs.get(ORDER_TOPIC_CONFIG, header.topic);
    }
    const zone = zoneOf(request);
    const shown = zone === undefined ? route : filterByZone(route, zone);
    // Clients before 4.9.4 read integer names without quotes only as their own encoder writes them.
    const isStandard =
      request.version >= MQVersion.V4_9_4 || header.acceptStandardJsonOnly === true;
    const text = encodeBodyText(TopicRouteData, shown, { bareIntegerKeys: !isStandard });
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = Buffer.from(text);
    return response;
  }

  /** After a start brokers are given time to register, so that no client sees half a cluster. */
  private get isWaiting(): boolean {
    if (!this.options.needWaitForService) return false;
    const waitedMs = this.clock.monotonicNow() - this.startedMs;
    return waitedMs < this.options.waitSecondsForService * 1000;
  }
}

function zoneOf(request: RemotingCommand): string | undefined {
  if (request.extField(MixAll.ZONE_MODE)?.toLowerCase() !== 'true') return undefined;
  return request.extField(MixAll.ZONE_NAME)?.trim() || undefined;
}
