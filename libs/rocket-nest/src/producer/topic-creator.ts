import { clearTimeout, setTimeout } from 'node:timers';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { MQAdmin } from '@rocket-nest/client';
import { errorMessageOf } from '@rocket-nest/common';
import { RocketConnection } from '../connection/rocket-connection';
import type { RocketModuleOptions } from '../rocket-module-options';
import { ROCKET_MODULE_OPTIONS } from '../rocket.constants';
import { normalEnsuredTopic, type NormalEnsuredTopic } from './ensured-topic';

/** Pause after a failed round; doubled each time up to the longest one. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** A broker tells its name servers of a new topic at once, but they may take a moment. */
const ROUTE_WAIT_MS = 3000;
const ROUTE_POLL_MS = 20;

/**
 * Makes the topics of `ensureTopics` that are missing. The application waits for the first round;
 * when it fails, because the servers are away, it is tried again until it succeeds or the
 * application ends.
 */
@Injectable()
export class TopicCreator implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('RocketTopics');
  private readonly missing: Set<NormalEnsuredTopic>;
  private pauseMs = FIRST_PAUSE_MS;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private round: Promise<void> = Promise.resolve();

  constructor(
    @Inject(ROCKET_MODULE_OPTIONS) options: RocketModuleOptions,
    @Inject(RocketConnection) private readonly connection: RocketConnection,
  ) {
    const topics = options.enabled === false ? [] : (options.ensureTopics ?? []);
    this.missing = new Set(topics.map(normalEnsuredTopic));
  }

  async onModuleInit(): Promise<void> {
    if (this.missing.size > 0) await this.startRound();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.round;
  }

  private startRound(): Promise<void> {
    this.round = this.createMissing().catch((error: unknown) => this.tryLater(error));
    return this.round;
  }

  private tryLater(error: unknown): void {
    const topics = [...this.missing].map(({ topic }) => topic).join(', ');
    this.logger.warn(
      `could not ensure the topics ${topics}, trying again in ${this.pauseMs} ms: ` +
        errorMessageOf(error),
    );
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.startRound(), this.pauseMs);
    this.timer.unref();
    this.pauseMs = Math.min(2 * this.pauseMs, LONGEST_PAUSE_MS);
  }

  private async createMissing(): Promise<void> {
    const admin = new MQAdmin(await this.connection.clientOptions(), this.connection.dependencies);
    await admin.start();
    try {
      await Promise.all([...this.missing].map((wanted) => this.ensure(admin, wanted)));
    } finally {
      await admin.shutdown();
    }
  }

  private async ensure(admin: MQAdmin, wanted: NormalEnsuredTopic): Promise<void> {
    const { topic, queueNums, clusterName } = wanted;
    if (!(await admin.topicRoute(topic))) {
      await admin.createTopic(topic, {
        clusterName,
        readQueueNums: queueNums,
        writeQueueNums: queueNums,
      });
      await this.routeOf(admin, topic);
      this.logger.log(`made topic ${topic} with ${queueNums} queues on each broker`);
    }
    this.missing.delete(wanted);
  }

  /** So that the first send finds it. */
  private async routeOf(admin: MQAdmin, topic: string): Promise<void> {
    for (let waitedMs = 0; waitedMs < ROUTE_WAIT_MS; waitedMs += ROUTE_POLL_MS) {
      if (this.stopped || (await admin.topicRoute(topic))) return;
      await new Promise((resolve) => setTimeout(resolve, ROUTE_POLL_MS));
    }
  }
}
