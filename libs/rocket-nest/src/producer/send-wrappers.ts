import { Injectable } from '@nestjs/common';
import type { SendResult } from '@rocket-nest/client';
import type { Message } from '@rocket-nest/common';

/** How a message is sent: each by its own method of `ProducerService`. */
export type SendKind = 'send' | 'batch' | 'oneway' | 'request' | 'transaction';

/** What goes with a message on its way to the broker. */
export interface SendCall {
  readonly kind: SendKind;
  /** Time for all tries, in milliseconds. Default: the module's. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly shardingKey?: string | undefined;
}

/**
 * Sends one message. Of a one-way send and of a request the broker tells no place: their results
 * have an empty `brokerName` and -1 for `queueId` and `queueOffset`. A message of a batch gets a
 * result of its own.
 */
export type SendInvoke = (message: Message, call: SendCall) => Promise<SendResult>;

/**
 * Stands around every send of one connection, for what concerns all of them: traces, metrics, a
 * test's record. It may add properties to the message before it calls `next`.
 */
export interface SendWrapper {
  wrap(next: SendInvoke): SendInvoke;
  /**
   * Called when a message is built, where its sender runs. It may be sent much later, from the outbox
   * and by another process.
   */
  created?(message: Message): void;
}

interface Entry {
  readonly wrapper: SendWrapper;
  readonly order: number;
}

/** The wrappers of one connection's sends. */
@Injectable()
export class SendWrappers {
  private entries: readonly Entry[] = [];
  private wrapped = new WeakMap<SendInvoke, SendInvoke>();

  /** @param order lower is further out; equal ones in the order they were added. Default 0. */
  add(wrapper: SendWrapper, order = 0): void {
    this.entries = [...this.entries, { wrapper, order }].sort((a, b) => a.order - b.order);
    this.wrapped = new WeakMap();
  }

  /** Shows a new message to the wrappers. */
  created(message: Message): void {
    for (const { wrapper } of this.entries) wrapper.created?.(message);
  }

  /** `send` with all wrappers around it; kept, so that a send costs no new closures. */
  around(send: SendInvoke): SendInvoke {
    if (this.entries.length === 0) return send;
    const known = this.wrapped.get(send);
    if (known) return known;
    const invoke = this.entries.reduceRight((next, { wrapper }) => wrapper.wrap(next), send);
    this.wrapped.set(send, invoke);
    return invoke;
  }
}
