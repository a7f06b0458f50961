import {
  BrokerHeartbeatRequestHeader,
  decodeHeader,
  encodeBodyText,
  encodeHeader,
  GetBrokerMemberGroupRequestHeader,
  GetBrokerMemberGroupResponseBody,
  isJsonObject,
  parseJson,
  QueryDataVersionRequestHeader,
  QueryDataVersionResponseHeader,
  RemotingCommand,
  RemotingError,
  ResponseCode,
  stringifyJson,
  UnRegisterBrokerRequestHeader,
} from '@rocket-nest/remoting';
import type { KeyedSequence } from '../background/keyed-sequence';
import { dataVersionOf } from '../registration/register-body';
import { brokerKey } from '../route/broker-live-info';
import type { RouteInfoManager } from '../route/route-info-manager';
import { checkBrokerIdentity } from './broker-identity';

/** What brokers ask and tell besides registering: leaving, heartbeats, versions, group members. */
export class BrokerLifecycleProcessor {
  /** `sequence`: keeps what one broker says in order. */
  constructor(
    private readonly routes: RouteInfoManager,
    private readonly sequence: KeyedSequence,
  ) {}

  /** UNREGISTER_BROKER (104). */
  unregisterBroker(request: RemotingCommand): RemotingCommand | Promise<RemotingCommand> {
    const header = checkBrokerIdentity(decodeHeader(UnRegisterBrokerRequestHeader, request));
    const { clusterName, brokerName, brokerAddr } = header;
    const unregister = (): RemotingCommand => {
      this.routes.unregisterBroker(clusterName, brokerName, brokerAddr);
      return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    };
    const key = brokerKey(clusterName, brokerAddr);
    return this.sequence.isIdle(key) ? unregister() : this.sequence.run(key, unregister);
  }

  /** BROKER_HEARTBEAT (904), sent by brokers that do not register every time. */
  brokerHeartbeat(request: RemotingCommand): RemotingCommand {
    const header = decodeHeader(BrokerHeartbeatRequestHeader, request);
    this.routes.updateBrokerTimestamp(header.clusterName, header.brokerAddr);
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  }

  /** QUERY_DATA_VERSION (322): whether the broker has to register; counts as a sign of life. */
  queryDataVersion(request: RemotingCommand): RemotingCommand {
    const header = decodeHeader(QueryDataVersionRequestHeader, request);
    const body = parseJson(request.body ?? '{}');
    if (body !== null && !isJsonObject(body)) {
      throw new RemotingError('BODY_INVALID', 'the body DataVersion is not an object');
    }
    const asked = dataVersionOf(body);
    const known = this.routes.queryDataVersion(header.clusterName, header.brokerAddr);
    const changed = !known?.equals(asked);
    if (!changed) this.routes.updateBrokerTimestamp(header.clusterName, header.brokerAddr);
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.extFields = encodeHeader(QueryDataVersionResponseHeader, { changed });
    if (known) {
      const { counter, stateVersion, timestamp } = known;
      response.body = Buffer.from(stringifyJson({ counter, stateVersion, timestamp }));
    }
    return response;
  }

  /** GET_BROKER_MEMBER_GROUP (901): the addresses of one broker's processes, if any. */
  getBrokerMemberGroup(request: RemotingCommand): RemotingCommand {
    const { clusterName, brokerName } = decodeHeader(GetBrokerMemberGroupRequestHeader, request);
    const broker = this.routes.brokerData(brokerName);
    const brokerMemberGroup = {
      brokerAddrs: broker?.brokerAddrs ?? new Map<number, string>(),
      brokerName,
      cluster: broker?.cluster ?? clusterName,
    };
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = Buffer.from(
      encodeBodyText(
        GetBrokerMemberGroupResponseBody,
        { brokerMemberGroup },
        { bareIntegerKeys: true },
      ),
    );
    return response;
  }
}
