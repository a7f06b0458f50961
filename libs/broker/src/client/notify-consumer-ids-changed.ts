import {
  NotifyConsumerIdsChangedRequestHeader,
  RemotingCommand,
  RequestCode,
  encodeHeader,
} from '@rocket-nest/remoting';
import type { ClientChannelInfo } from './client-channel-info';

/** Tells every member to look at its group again and to share the queues anew. */
export function notifyConsumerIdsChanged(
  group: string,
  channels: Iterable<ClientChannelInfo>,
): void {
  for (const { connection } of channels) {
    if (!connection.isOpen) continue;
    const fields = encodeHeader(NotifyConsumerIdsChangedRequestHeader, { consumerGroup: group });
    const request = RemotingCommand.createRequest(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, fields);
    connection.invokeOneway(request.markOneway());
  }
}
