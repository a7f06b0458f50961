import { errorMessageOf, withNamespace } from '@rocket-nest/common';
import { ClientError } from '../errors/client-error';
import type { CachedMessage } from './cached-message';
import type { ConsumerRuntime } from './consumer-runtime';

/** Further deliveries of a message to a concurrent listener, unless told otherwise. */
const DEFAULT_MAX_RECONSUME_TIMES = 16;
/** Sends a message to the dead letter topic. */
export const DELAY_LEVEL_DLQ = -1;

/** Gives messages back to their brokers, which deliver them again later or put them aside. */
export class MessageSendBack {
  constructor(private readonly runtime: ConsumerRuntime) {}

  /** The limit of further deliveries for a concurrent listener. */
  get maxReconsumeTimes(): number {
    const { maxReconsumeTimes } = this.runtime.settings;
    return maxReconsumeTimes === -1 ? DEFAULT_MAX_RECONSUME_TIMES : maxReconsumeTimes;
  }

  /** True when the broker has taken the message; what goes wrong is logged. */
  async sendBack({ message }: CachedMessage, delayLevel: number): Promise<boolean> {
    const { instance, consumerGroup, namespace, logger } = this.runtime;
    try {
      const address = instance.routes.brokers.masterOf(message.brokerName);
      if (address === undefined) {
        throw new ClientError('BROKER_NOT_FOUND', `${message.brokerName} has no master now`);
      }
      await instance.consumerApi.sendMessageBack(address, {
        offset: message.commitLogOffset,
        group: consumerGroup,
        delayLevel,
        originMsgId: message.msgId,
        originTopic: withNamespace(namespace, message.topic),
        maxReconsumeTimes: this.maxReconsumeTimes,
        bname: message.brokerName,
      });
      return true;
    } catch (error) {
      logger.warn(
        `message ${message.msgId} of ${message.topic} could not be sent back for ` +
          `${consumerGroup} and stays here: ${errorMessageOf(error)}`,
      );
      return false;
    }
  }
}
