import type { Clock, Logger } from '@rocket-nest/common';
import { EventLoopTurn } from '@rocket-nest/common/internal';

import type { FrameLimits } from '../codec/frame-limits';
import { WriteBuffer } from '../codec/write-buffer';
import type { RemotingCommand, SerializeType } from '../protocol/remoting-command';
import { LimitedLog } from './limited-log';
import type { RemotingConnection } from './remoting-connection';
import type { RemotingDependencies } from './remoting-dependencies';
import { RpcTimes } from './rpc-times';
import { TimeoutWheel } from './timeout-wheel';

export interface ConnectionLimits extends FrameLimits {
  readonly maxInFlight: number;
  readonly pauseAboveBytes: number;
  readonly closeAboveBytes: number;
}

/** Counters since the start of a server or client. */
export interface RemotingStats {
  requests: number;
  responses: number;
  /** Answers nobody waited for: late, duplicate, or never asked for. */
  unknownResponses: number;
  badFrames: number;
  connectionsOpened: number;
  connectionsRefused: number;
  /** Named limits that were reached, and how often. */
  readonly limitHits: Map<string, number>;
}

interface HubOwner {
  readonly limits: ConnectionLimits;
  readonly keepProcessAlive: boolean;
  readonly requestSerializeType?: SerializeType | undefined;
  onRequest(connection: RemotingConnection, request: RemotingCommand): void;
  onClosed(connection: RemotingConnection, reason: string): void;
}

/** What all connections of one server or client share. */
export class ConnectionHub {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly errorLog: LimitedLog;
  readonly turn: EventLoopTurn;
  readonly wheel: TimeoutWheel;
  readonly out = new WriteBuffer();
  readonly limits: ConnectionLimits;
  readonly keepProcessAlive: boolean;
  readonly requestSerializeType: SerializeType | undefined;
  readonly stats: RemotingStats = {
    requests: 0,
    responses: 0,
    unknownResponses: 0,
    badFrames: 0,
    connectionsOpened: 0,
    connectionsRefused: 0,
    limitHits: new Map(),
  };

  constructor(
    private readonly owner: HubOwner,
    private readonly dependencies: RemotingDependencies,
  ) {
    this.clock = dependencies.clock;
    this.logger = dependencies.logger;
    this.errorLog = new LimitedLog(dependencies.logger, dependencies.clock);
    this.turn = dependencies.turn ?? new EventLoopTurn();
    this.wheel = new TimeoutWheel(dependencies.clock);
    this.limits = owner.limits;
    this.keepProcessAlive = owner.keepProcessAlive;
    this.requestSerializeType = owner.requestSerializeType;
  }

  /** For a new connection; undefined where nobody wants to know. */
  createRpcTimes(): RpcTimes | undefined {
    const { rpcObserver } = this.dependencies;
    return rpcObserver && new RpcTimes(this.clock, rpcObserver);
  }

  hitLimit(name: string): void {
    this.stats.limitHits.set(name, (this.stats.limitHits.get(name) ?? 0) + 1);
    this.dependencies.limits?.hit(name);
  }

  onRequest(connection: RemotingConnection, request: RemotingCommand): void {
    this.owner.onRequest(connection, request);
  }

  onClosed(connection: RemotingConnection, reason: string): void {
    this.owner.onClosed(connection, reason);
  }
}
