import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { RocketConnection } from '../connection/rocket-connection';
import type { RocketModuleOptions } from '../rocket-module-options';
import { ROCKET_MODULE_OPTIONS } from '../rocket.constants';
import { GroupConsumer } from './group-consumer';
import { GroupPlan } from './group-plan';
import { ListenerExplorer } from './listener-explorer';
import type { ListenerDefinition } from './listener-definition';

const DEFAULT_SHUTDOWN_TIMEOUT_MS = 30_000;
const LONGEST_TIMER_MS = 0x7fffffff;

/** Starts one consumer per group once the application is ready, and stops them first at shutdown. */
@Injectable()
export class ListenerRegistrar implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('RocketListener');
  private consumers: GroupConsumer[] = [];
  private keepAlive: NodeJS.Timeout | undefined;

  constructor(
    @Inject(ListenerExplorer) private readonly explorer: ListenerExplorer,
    @Inject(RocketConnection) private readonly connection: RocketConnection,
    @Inject(ROCKET_MODULE_OPTIONS) private readonly options: RocketModuleOptions,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const plans = planGroups(this.explorer.explore());
    if (plans.length === 0) return;
    const namesrvAddr = await this.connection.namesrvAddr();
    const { dependencies } = this.connection;
    this.consumers = plans.map(
      (plan) => new GroupConsumer(plan, namesrvAddr, dependencies, this.logger),
    );
    await Promise.all(this.consumers.map((consumer) => consumer.start()));
    if (this.options.keepProcessAlive ?? process.env['NODE_ENV'] !== 'test') {
      this.keepAlive = setInterval(() => undefined, LONGEST_TIMER_MS);
    }
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.keepAlive);
    const running = this.consumers;
    this.consumers = [];
    const timeoutMs = this.options.shutdownTimeoutMs ?? DEFAULT_SHUTDOWN_TIMEOUT_MS;
    await Promise.all(running.map((consumer) => consumer.shutdown(timeoutMs)));
  }

  /** Stops pulling for the listener's group; handlers that run go on. */
  pause(listenerId: string): void {
    this.consumerOf(listenerId).pause();
  }

  /** Goes on after `pause`. */
  resume(listenerId: string): void {
    this.consumerOf(listenerId).resume();
  }

  private consumerOf(listenerId: string): GroupConsumer {
    const found = this.consumers.find((consumer) => consumer.hasListener(listenerId));
    if (found) return found;
    throw new Error(`no running listener has the id '${listenerId}'`);
  }
}

function planGroups(listeners: readonly ListenerDefinition[]): GroupPlan[] {
  const byGroup = new Map<string, ListenerDefinition[]>();
  for (const listener of listeners) {
    const { consumerGroup } = listener.options;
    byGroup.set(consumerGroup, [...(byGroup.get(consumerGroup) ?? []), listener]);
  }
  return [...byGroup].map(([group, members]) => new GroupPlan(group, members));
}
