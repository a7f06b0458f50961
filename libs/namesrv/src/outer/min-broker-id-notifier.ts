import { errorMessageOf, type Logger } from '@rocket-nest/common';
import {
  encodeHeader,
  NotifyMinBrokerIdChangeRequestHeader,
  RemotingCommand,
  RequestCode,
  type RemotingClient,
} from '@rocket-nest/remoting';
import type { MinBrokerIdChange } from '../route/broker-registration';

/**
 * NOTIFY_MIN_BROKER_ID_CHANGE (905), oneway: tells the processes of a broker which of them has the
 * smallest id now. Who just came with it knows that already.
 */
export class MinBrokerIdNotifier {
  constructor(
    private readonly client: Pick<RemotingClient, 'invokeOneway'>,
    private readonly logger: Logger,
  ) {}

  notify({ brokerName, brokerAddrs, offlineBrokerAddr, haBrokerAddr }: MinBrokerIdChange): void {
    const minBrokerId = Math.min(...brokerAddrs.keys());
    const fields = {
      minBrokerId,
      brokerName,
      minBrokerAddr: brokerAddrs.get(minBrokerId),
      offlineBrokerAddr,
      haBrokerAddr,
    };
    for (const [brokerId, brokerAddr] of brokerAddrs) {
      if (brokerId === minBrokerId && offlineBrokerAddr === undefined) continue;
      const request = RemotingCommand.createRequest(
        RequestCode.NOTIFY_MIN_BROKER_ID_CHANGE,
        encodeHeader(NotifyMinBrokerIdChangeRequestHeader, fields),
      );
      this.client.invokeOneway(brokerAddr, request).catch((error: unknown) => {
        const reason = errorMessageOf(error);
        this.logger.warn('a broker does not hear of its smallest id', { brokerAddr, reason });
      });
    }
  }
}
