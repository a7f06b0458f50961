import type { Message, MessageQueue } from '@rocket-nest/common';
import type { SendResult } from '../producer/send-result';

/** One try to send, as hooks see it. */
export interface SendMessageContext {
  /** With its namespace. */
  readonly producerGroup: string;
  /** As the caller gave it; of a batch the first one. */
  readonly message: Message;
  readonly batch: boolean;
  /** With namespace. */
  readonly topic: string;
  /** The unique key, or those of a batch joined by commas. */
  readonly msgId: string;
  readonly messageQueue: MessageQueue;
  /** The broker it goes to. */
  readonly brokerAddr: string;
  /** Bytes of the body on the wire. */
  readonly bodyLength: number;
  /** Whether it is a half message of a transaction. */
  readonly half: boolean;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Set for `sendMessageAfter` when the broker has stored the message. */
  sendResult?: SendResult;
  /** Set for `sendMessageAfter` when the try failed. */
  error?: unknown;
}

/** Sees every try to send. What a hook throws is logged and changes nothing. */
export interface SendMessageHook {
  sendMessageBefore?(context: SendMessageContext): void;
  sendMessageAfter?(context: SendMessageContext): void;
}
