import { DataVersion, SilentLogger, SystemClock, type Timer } from '@rocket-nest/common';
import { Limits } from '@rocket-nest/common/internal';
import { DEFAULT_NAMESRV_LIMITS, type NamesrvLimits } from '../namesrv-limits';
import type { BrokerConnection } from '../route/broker-live-info';
import type { AnnouncedTopic, BrokerRegistration } from '../route/broker-registration';
import { RouteInfoManager, type RouteInfoManagerOptions } from '../route/route-info-manager';

/** A clock whose monotonic time moves only when a test says so. */
export class ManualClock extends SystemClock {
  nowMs = 1_000;

  override monotonicNow(): number {
    return this.nowMs;
  }

  override every(): Timer {
    return { cancel: () => undefined };
  }
}

export class FakeConnection implements BrokerConnection {
  closedBecause: string | undefined;

  get isOpen(): boolean {
    return this.closedBecause === undefined;
  }

  constructor(readonly id: number) {}

  close(reason: string): void {
    this.closedBecause = reason;
  }
}

export function topicOf(topic: string, given: Partial<AnnouncedTopic> = {}): AnnouncedTopic {
  return { topic, readQueueNums: 4, writeQueueNums: 4, perm: 6, topicSysFlag: 0, ...given };
}

export interface RegistrationGiven extends Partial<BrokerRegistration> {
  readonly topics?: readonly AnnouncedTopic[];
  /** Counter of the data version. */
  readonly version?: number;
  readonly stateVersion?: number;
}

/** A registration of broker-a's master with topics T0 and T1. */
export function registrationOf(given: RegistrationGiven = {}): BrokerRegistration {
  const { topics = [topicOf('T0'), topicOf('T1')], version = 1, stateVersion, ...rest } = given;
  return {
    clusterName: 'DefaultCluster',
    brokerName: 'broker-a',
    brokerAddr: '127.0.0.1:10911',
    brokerId: 0,
    haServerAddr: '127.0.0.1:10912',
    enableActingMaster: false,
    filterServerList: [],
    connection: new FakeConnection(1),
    announced: {
      dataVersion: new DataVersion({
        counter: version,
        stateVersion,
        timestamp: 1_795_259_729_518,
      }),
      topics,
      mappings: new Map(),
    },
    ...rest,
  };
}

export interface RouteTestBed {
  readonly routes: RouteInfoManager;
  readonly clock: ManualClock;
  readonly limits: Limits;
}

export function routeTestBed(
  options: Partial<RouteInfoManagerOptions> = {},
  limits: Partial<NamesrvLimits> = {},
): RouteTestBed {
  const clock = new ManualClock();
  const counted = new Limits();
  const routes = new RouteInfoManager(
    { deleteTopicWithBrokerRegistration: false, supportActingMaster: false, ...options },
    { clock, logger: new SilentLogger(), limits: counted },
    { ...DEFAULT_NAMESRV_LIMITS, ...limits },
  );
  return { routes, clock, limits: counted };
}
