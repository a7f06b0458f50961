import { Injectable } from '@nestjs/common';
import type { IdempotencyScope } from './idempotency-store';

export type IdempotencyEventType =
  /** The handler ran and its key is done. */
  | 'executed'
  /** The key was done before; the handler did not run. */
  | 'duplicate'
  /** Another delivery of the key was running. */
  | 'in-progress'
  /** The handler threw; the key is free again. */
  | 'failed'
  /** The handler ran longer than its lease without a renewal, and another one has claimed the key. */
  | 'lost'
  /** The handler ran, but its key could not be marked done: a duplicate would run again. */
  | 'unmarked'
  /** The store did not answer; the handler did not run. */
  | 'unavailable';

export interface IdempotencyEvent {
  readonly type: IdempotencyEventType;
  readonly store: 'db' | 'redis' | 'memory';
  readonly scope: IdempotencyScope;
}

export type IdempotencyEventListener = (event: IdempotencyEvent) => void;

/** Tells metrics what the idempotent handlers of this application do. */
@Injectable()
export class IdempotencyEvents {
  private listeners: readonly IdempotencyEventListener[] = [];

  /** Gives the function that ends it. What a listener throws is not caught. */
  subscribe(listener: IdempotencyEventListener): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((each) => each !== listener);
    };
  }

  emit(event: IdempotencyEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
