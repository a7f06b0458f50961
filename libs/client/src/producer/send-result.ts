import type { MessageQueue } from '@rocket-nest/common';
import type { SendStatus } from './send-status';

/** What the broker said of a message that it has stored. */
export interface SendResult {
  readonly sendStatus: SendStatus;
  /** The unique key, made by this client; of a batch the keys joined by commas. */
  readonly msgId: string;
  /** The place in the store, made by the broker; of a batch the ids joined by commas. */
  readonly offsetMsgId: string;
  readonly messageQueue: MessageQueue;
  /** Position in the queue; of a batch that of its first message. */
  readonly queueOffset: number;
  readonly transactionId: string | undefined;
  /** By this a message with an arbitrary delay can be recalled. */
  readonly recallHandle: string | undefined;
  readonly regionId: string | undefined;
  /** False when the broker wants no trace of the message. */
  readonly traceOn: boolean;
}
