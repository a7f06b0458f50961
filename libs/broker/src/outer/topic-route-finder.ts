import { isReadable } from '@rocket-nest/common';
import type { Clock, Logger, MessageQueue } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import { LruMap } from '@rocket-nest/common/internal';
import {
  GetRouteInfoRequestHeader,
  RemotingCommand,
  RequestCode,
  ResponseCode,
  TopicRouteData,
  decodeBody,
  encodeHeader,
} from '@rocket-nest/remoting';
import type { RemotingClient } from '@rocket-nest/remoting';

/** How long a route is taken for true. */
const FRESH_MS = 30_000;
const MAX_ROUTES = 10_000;
const TIMEOUT_MS = 3_000;

interface KnownRoute {
  readonly atMs: number;
  readonly queues: Promise<MessageQueue[] | undefined>;
}

/** The queues of a topic on all brokers, as the name servers tell; looked up when asked for. */
export class TopicRouteFinder {
  private readonly routes = new LruMap<string, KnownRoute>(MAX_ROUTES);

  constructor(
    private readonly client: RemotingClient,
    private readonly nameServers: () => readonly string[],
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Queues that may be read; undefined when no name server knows the topic. */
  subscribeQueues(topic: string): Promise<MessageQueue[] | undefined> {
    const nowMs = this.clock.monotonicNow();
    const known = this.routes.get(topic);
    if (known && nowMs - known.atMs < FRESH_MS) return known.queues;
    const queues = this.lookUp(topic);
    this.routes.set(topic, { atMs: nowMs, queues });
    return queues;
  }

  private async lookUp(topic: string): Promise<MessageQueue[] | undefined> {
    for (const address of this.nameServers()) {
      const fields = encodeHeader(GetRouteInfoRequestHeader, {
        topic,
        acceptStandardJsonOnly: true,
      });
      const request = RemotingCommand.createRequest(RequestCode.GET_ROUTEINFO_BY_TOPIC, fields);
      try {
        const answer = await this.client.invoke(address, request, TIMEOUT_MS);
        if (answer.code === ResponseCode.SUCCESS && answer.body) {
          return queuesOf(topic, decodeBody(TopicRouteData, answer.body));
        }
      } catch (error) {
        this.logger.warn('no route from a name server', {
          topic,
          namesrvAddr: address,
          cause: errorMessageOf(error),
        });
      }
    }
    return undefined;
  }
}

function queuesOf(topic: string, route: TopicRouteData): MessageQueue[] {
  const queues: MessageQueue[] = [];
  for (const { brokerName, perm, readQueueNums } of route.queueDatas ?? []) {
    if (!isReadable(perm)) continue;
    for (let queueId = 0; queueId < readQueueNums; queueId++) {
      queues.push({ topic, brokerName, queueId });
    }
  }
  return queues;
}
