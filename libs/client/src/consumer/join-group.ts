import type { ConsumerRuntime } from './consumer-runtime';
import type { RebalanceService } from './rebalance-service';

/**
 * Makes a consumer known to its brokers and finds its first queues. What cannot be reached now is
 * tried again in the background.
 */
export async function joinGroup(
  { instance, subscriptions, consumerGroup, logger }: ConsumerRuntime,
  rebalance: Pick<RebalanceService, 'runNow'>,
): Promise<void> {
  await instance.findMissingRoutes();
  const unknown = [...subscriptions.keys()].filter(
    (topic) => !topic.startsWith('%') && !instance.routes.get(topic),
  );
  if (unknown.length > 0) {
    logger.warn(
      `${consumerGroup} found no route of ${unknown.join(', ')} at the name server ` +
        `${instance.nameServers.description} and goes on looking: create the topic, or check ` +
        'namesrvAddr',
    );
  }
  await instance.heartbeats.sendToAll();
  await instance.findMissingRoutes(); // a first heartbeat makes the retry topic
  await rebalance.runNow();
}
