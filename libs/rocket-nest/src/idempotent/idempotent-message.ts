import type { MessageExt } from '@rocket-nest/common';
import { RejectToDlq } from '../errors/reject-to-dlq';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { ListenerDefinition } from '../listener/listener-definition';
import type { RocketContext } from '../listener/rocket-context';
import type { IdempotentRun } from './idempotency-store';
import {
  DEFAULT_INBOX_TTL_MS,
  DEFAULT_LEASE_MS,
  DEFAULT_TTL_MS,
  type IdempotentOptions,
} from './idempotent-options';

/** Makes, for each message of a listener, what its store has to run once. */
export function messageRunsOf(
  listener: Pick<ListenerDefinition, 'id' | 'place' | 'consumerGroup' | 'options'>,
  options: IdempotentOptions,
): (message: MessageExt, context: RocketContext) => IdempotentRun {
  const { store, key = uniqueKeyOf } = options;
  const instance = instanceOf(listener, options);
  const leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
  const ttlMs = options.ttlMs ?? (store === 'db' ? DEFAULT_INBOX_TTL_MS : DEFAULT_TTL_MS);
  const group = listener.consumerGroup;
  return (message, context) => {
    const value: unknown = key(message, context);
    if (typeof value !== 'string' || value === '') {
      throw new RejectToDlq(
        `the key function of @Idempotent on ${listener.place} gave ${JSON.stringify(value)} ` +
          'instead of a text that is not empty',
      );
    }
    return { scope: { group, listener: listener.id, instance, key: value }, leaseMs, ttlMs };
  };
}

/** The same over all deliveries of a message; a sender that sets none leaves the broker's id. */
function uniqueKeyOf({ properties, msgId }: MessageExt): string {
  return properties.get('UNIQ_KEY') ?? properties.get('ORIGIN_MESSAGE_ID') ?? msgId;
}

function instanceOf(
  listener: Pick<ListenerDefinition, 'place' | 'options'>,
  { store, instance }: IdempotentOptions,
): string | undefined {
  if (listener.options.messageModel !== 'BROADCASTING') return undefined;
  const name = typeof instance === 'function' ? instance() : instance;
  if (name || store === 'memory') return name;
  throw new RocketConfigError(
    `@Idempotent on ${listener.place}: a broadcasting listener handles a message once in every ` +
      "instance, so the store must tell them apart; set 'instance' to a name that this one keeps over " +
      'restarts, such as the name of its pod or host',
  );
}
