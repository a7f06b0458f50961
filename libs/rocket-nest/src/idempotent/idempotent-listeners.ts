import { Inject, Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { RetryLater } from '../errors/retry-later';
import type { ListenerDefinition, ListenerInvoke } from '../listener/listener-definition';
import { type ListenerWrapper, ListenerWrappers } from '../listener/listener-wrappers';
import { type IdempotencyEventType, IdempotencyEvents } from './idempotency-events';
import { IdempotencyStores } from './idempotency-stores';
import { idempotentOptionsOf } from './idempotent-metadata';
import { messageRunsOf } from './idempotent-message';
import { retryLevelOf } from './retry-level';

/** Inside traces, metrics and records of tests, which see the outcome. */
const WRAPPER_ORDER = 100;

/** Stands around the listeners that have `@Idempotent`. */
@Injectable()
export class IdempotentListeners implements ListenerWrapper, OnModuleInit {
  constructor(
    @Optional() @Inject(ListenerWrappers) private readonly wrappers: ListenerWrappers | undefined,
    @Inject(IdempotencyStores) private readonly stores: IdempotencyStores,
    @Inject(IdempotencyEvents) private readonly events: IdempotencyEvents,
  ) {}

  onModuleInit(): void {
    this.wrappers?.add(this, WRAPPER_ORDER);
  }

  wrap(listener: ListenerDefinition, next: ListenerInvoke): ListenerInvoke | undefined {
    const options = idempotentOptionsOf(listener.prototypeMethod);
    if (!options) return undefined;
    const store = this.stores.of(options, listener.place);
    const runOf = messageRunsOf(listener, options);
    return async (message, context) => {
      const run = runOf(message, context);
      const tell = (type: IdempotencyEventType): void =>
        this.events.emit({ type, store: options.store, scope: run.scope });
      const outcome = await store
        .run(run, () => next(message, context))
        .catch((error: unknown) => {
          const { code, message: text } = (error ?? {}) as { code?: unknown; message?: string };
          const unavailable = code === 'IDEMPOTENCY_STORE_UNAVAILABLE';
          tell(unavailable ? 'unavailable' : 'failed');
          throw unavailable ? new RetryLater(undefined, text) : error;
        });
      switch (outcome.status) {
        case 'EXECUTED':
          tell('executed');
          return outcome.value;
        case 'DUPLICATE':
          tell('duplicate');
          return undefined;
        case 'IN_PROGRESS':
          tell('in-progress');
          throw new RetryLater(
            retryLevelOf(outcome.retryAfterMs, message.reconsumeTimes),
            `another delivery of key ${run.scope.key} is being handled`,
          );
      }
    };
  }
}
