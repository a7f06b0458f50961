import type { MessageQueue } from '@rocket-nest/common';
import type { CustomHeader, ExtFieldWriter } from '@rocket-nest/remoting';
import type { PreparedMessage } from '../producer/prepared-message';

/** What a send request says of its producer. */
export interface SendOrigin {
  readonly producerGroup: string;
  readonly createTopicKey: string;
  readonly defaultTopicQueueNums: number;
}

/** The fields of SendMessageRequestHeaderV2, written without a Map in between. */
export class SendRequestHeader implements CustomHeader {
  constructor(
    private readonly queue: MessageQueue,
    private readonly message: PreparedMessage,
    private readonly origin: SendOrigin,
  ) {}

  writeTo(writer: ExtFieldWriter): void {
    const { queue, message, origin } = this;
    writer.text('a', origin.producerGroup);
    writer.text('b', message.topic);
    writer.text('c', origin.createTopicKey);
    writer.integer('d', origin.defaultTopicQueueNums);
    writer.integer('e', queue.queueId);
    writer.integer('f', message.sysFlag);
    writer.integer('g', message.bornTimestampMs);
    writer.integer('h', message.flag);
    writer.text('i', message.propertiesText);
    writer.integer('j', message.reconsumeTimes);
    writer.text('k', 'false');
    if (message.maxReconsumeTimes !== undefined) writer.integer('l', message.maxReconsumeTimes);
    writer.text('m', message.batch ? 'true' : 'false');
    writer.text('n', queue.brokerName);
  }
}
