import { errorMessageOf } from '@rocket-nest/common';
import type { Clock, Logger, Timer } from '@rocket-nest/common';
import { runInSlices } from '@rocket-nest/common/internal';
import type { ConsumerManager } from './consumer-manager';
import type { ProducerManager } from './producer-manager';
import type { RebalanceLockManager } from './rebalance-lock-manager';

/** Between two looks for clients that went silent. */
export const CLIENT_SCAN_INTERVAL_MS = 10_000;

export interface ClientHousekeepingDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly consumerManager: ConsumerManager;
  readonly producerManager: ProducerManager;
  readonly rebalanceLockManager: RebalanceLockManager;
}

/** Removes clients whose connection closed, at once, and those that went silent, at intervals. */
export class ClientHousekeepingService {
  private timer: Timer | undefined;
  private isScanning = false;

  /** @param channelExpiredTimeoutMs silence after which a client is closed and removed */
  constructor(
    private readonly deps: ClientHousekeepingDeps,
    private readonly channelExpiredTimeoutMs: number,
  ) {}

  start(): void {
    this.timer ??= this.deps.clock.every(CLIENT_SCAN_INTERVAL_MS, () => void this.scan());
  }

  shutdown(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  onConnectionClosed(connectionId: number): void {
    this.deps.consumerManager.onConnectionClosed(connectionId);
    this.deps.producerManager.onConnectionClosed(connectionId);
  }

  private async scan(): Promise<void> {
    if (this.isScanning) return;
    this.isScanning = true;
    try {
      await runInSlices(this.deps.clock, this.steps());
    } catch (error) {
      this.deps.logger.error('the scan of silent clients failed', { error: errorMessageOf(error) });
    } finally {
      this.isScanning = false;
    }
  }

  private *steps(): Generator<void> {
    yield* this.deps.producerManager.scanNotActiveChannel(this.channelExpiredTimeoutMs);
    yield* this.deps.consumerManager.scanNotActiveChannel(this.channelExpiredTimeoutMs);
    yield* this.deps.rebalanceLockManager.removeExpired();
  }
}
