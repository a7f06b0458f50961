import { MessageConst, PermName, dlqTopicOf, groupOfRetryOrDlqTopic } from '@rocket-nest/common';
import type { TopicConfig } from '@rocket-nest/common';
import { MQVersion, ResponseCode } from '@rocket-nest/remoting';
import type { SendMessageRequest } from '@rocket-nest/remoting/internal';
import type { BrokerContext } from '../broker-context';
import type { MessageTarget } from '../messages/delay-routing';
import type { SendRefusal } from './send-admission';

const DLQ_QUEUES_PER_GROUP = 1;

/**
 * Where a message sent to a retry topic goes: past its retries, or while the group consumes in
 * order, to the dead letter topic of the group (`target` and `properties` are changed, that topic
 * is returned); else undefined, and it stays as it is.
 */
export function routeRetry(
  context: BrokerContext,
  clientVersion: number,
  send: SendMessageRequest,
  target: MessageTarget,
  properties: Map<string, string>,
): TopicConfig | SendRefusal | undefined {
  const group = groupOfRetryOrDlqTopic(send.topic) ?? '';
  const groupConfig = context.subscriptionGroupManager.findSubscriptionGroupConfig(group);
  if (!groupConfig) {
    return {
      code: ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
      remark: `the subscription group ${group} does not exist: create it first`,
    };
  }
  let maxReconsumeTimes = groupConfig.retryMaxTimes;
  if (clientVersion >= MQVersion.V3_4_9 && send.maxReconsumeTimes !== undefined) {
    maxReconsumeTimes = send.maxReconsumeTimes;
  }
  const isOrdered = !context.rebalanceLockManager.isLockAllExpired(group);
  if (send.reconsumeTimes <= maxReconsumeTimes && !isOrdered) return undefined;
  const dlqTopic = dlqTopicOf(group);
  const dlqConfig = context.topicConfigManager.createTopicInSendMessageBackMethod(
    dlqTopic,
    DLQ_QUEUES_PER_GROUP,
    PermName.PERM_READ | PermName.PERM_WRITE,
  );
  if (!dlqConfig) {
    return {
      code: ResponseCode.SYSTEM_ERROR,
      remark: `the topic ${dlqTopic} could not be created: the broker has too many topics`,
    };
  }
  context.counters.messagesToDlq++;
  properties.set(MessageConst.PROPERTY_DELAY_TIME_LEVEL, '-1');
  target.topic = dlqTopic;
  target.queueId = context.random.nextInt(DLQ_QUEUES_PER_GROUP);
  return dlqConfig;
}
