import { MessageConst, type MessageExt } from '@rocket-nest/common';
import { RecordedMessage } from './recorded-message';

/** What became of one delivery: acknowledged, to be tried again, or given up by the listener. */
export type ConsumedOutcome = 'acknowledged' | 'retry' | 'rejected';

/** How a listener ended. */
export interface ListenerEnd {
  readonly result?: unknown;
  readonly error?: unknown;
}

/** One run of a listener with one message, after it has ended. */
export class ConsumedMessage extends RecordedMessage {
  /** 1 for the first delivery. */
  readonly attempt: number;

  constructor(
    connection: string,
    message: MessageExt,
    /** Id of the listener. */
    readonly listener: string,
    readonly consumerGroup: string,
    readonly outcome: ConsumedOutcome,
    private readonly end: ListenerEnd,
  ) {
    super(connection, message);
    this.attempt = message.reconsumeTimes + 1;
  }

  /** What the listener returned; undefined when it threw. */
  get result(): unknown {
    return this.end.result;
  }

  /** What the listener threw. */
  get error(): unknown {
    return this.end.error;
  }

  override get topic(): string {
    const { topic, properties } = this.message;
    return properties.get(MessageConst.PROPERTY_RETRY_TOPIC) ?? topic;
  }

  /** Whether it names the listener, or the message's destination. */
  override isFor(name: string): boolean {
    return name === this.listener || super.isFor(name);
  }
}
