import type { MessageExt } from '@rocket-nest/common';
import type { RocketContext } from './rocket-context';

/** Why a message of a batch failed. */
export interface BatchFailure {
  readonly error: unknown;
}

/** What a batch listener knows of its messages, and where it says which of them failed. */
export class RocketBatchContext {
  /** By index. Messages without an entry are acknowledged. */
  readonly failures = new Map<number, BatchFailure>();

  constructor(
    /** Of each message, in the order of the bodies. */
    readonly contexts: readonly RocketContext[],
  ) {}

  get messages(): MessageExt[] {
    return this.contexts.map((context) => context.message);
  }

  get consumerGroup(): string {
    return this.contexts[0]?.consumerGroup ?? '';
  }

  get listenerId(): string {
    return this.contexts[0]?.listenerId ?? '';
  }

  /**
   * Has one message delivered again while the others are acknowledged.
   *
   * @param error a `RetryLater` or `RejectToDlq` decides as it does when thrown
   */
  fail(index: number, error: unknown): void {
    if (!(index in this.contexts)) {
      throw new RangeError(`the batch has no message ${index}; it has ${this.contexts.length}`);
    }
    this.failures.set(index, { error });
  }
}
