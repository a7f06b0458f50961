import { isRetryTopic, type MessageQueue } from '@rocket-nest/common';
import { ClientError } from '../errors/client-error';
import type { ConsumerRuntime } from './consumer-runtime';

const HALF_HOUR_MS = 30 * 60_000;

/**
 * The offset from which a queue is consumed: the stored one, else as `consumeFromWhere` says. A retry
 * topic is consumed from its beginning. Rejects when a broker cannot be asked.
 */
export async function computePullFromWhere(
  runtime: ConsumerRuntime,
  queue: MessageQueue,
): Promise<number> {
  const stored = await runtime.offsetStore.read(queue);
  if (stored !== undefined && stored >= 0) return stored;
  if (isRetryTopic(queue.topic)) return 0;
  const { settings, instance, clock } = runtime;
  if (settings.consumeFromWhere === 'CONSUME_FROM_FIRST_OFFSET') return 0;
  const address = instance.routes.brokers.readable(queue.brokerName)?.address;
  if (address === undefined) {
    throw new ClientError('BROKER_NOT_FOUND', `no address of broker ${queue.brokerName}`);
  }
  if (settings.consumeFromWhere === 'CONSUME_FROM_LAST_OFFSET') {
    // What is sent to a topic after its consumer has started is not old.
    const joinedMs = runtime.newTopics.get(queue.topic);
    if (joinedMs !== undefined) return instance.queueApi.searchOffset(address, queue, joinedMs);
    return instance.queueApi.maxOffset(address, queue);
  }
  const timestampMs = settings.consumeTimestampMs ?? clock.wallNow() - HALF_HOUR_MS;
  return instance.queueApi.searchOffset(address, queue, Math.floor(timestampMs));
}
