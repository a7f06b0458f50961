import type { ConsumerRuntime } from './consumer-runtime';
import type { RebalanceService } from './rebalance-service';

/**
 * Makes a consumer known to its brokers and finds its first queues. What cannot be reached now is
 * tried again in the background.
 */
export async function joinGroup(
  runtime: ConsumerRuntime,
  rebalance: Pick<RebalanceService, 'runNow'>,
): Promise<void> {
  const { instance, subscriptions, consumerGroup, logger } = runtime;
  await instance.findMissingRoutes();
  const unknown = [...subscriptions.keys()].filter(
    (topic) => !topic.startsWith('%') && !instance.routes.get(topic),
  );
  if (unknown.length > 0) {
    await Promise.all(unknown.map((topic) => noteIfNew(runtime, topic)));
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

/** Only an answer counts: a name server that is away may know the topic. */
async function noteIfNew(
  { instance, newTopics, clock }: ConsumerRuntime,
  topic: string,
): Promise<void> {
  const nowMs = clock.wallNow();
  try {
    if (!(await instance.routes.refresh(topic))) newTopics.set(topic, Math.floor(nowMs));
  } catch {
    // It is looked for in the background.
  }
}
