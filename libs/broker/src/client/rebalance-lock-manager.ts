import type { Clock, MessageQueue } from '@rocket-nest/common';
import type { LimitHits } from '@rocket-nest/remoting';

/** A lock that was not renewed for this long is anybody's, as in the original. */
export const REBALANCE_LOCK_EXPIRES_AFTER_MS = 60_000;

/** Queues of one group that may be locked at a time; requests past it are not granted. */
export const MAX_LOCKS_PER_GROUP = 65_536;

/** Groups that may hold locks at a time; requests of further ones are granted nothing. */
export const MAX_GROUPS_WITH_LOCKS = 100_000;

interface QueueLock {
  clientId: string;
  renewedAtMs: number;
}

/**
 * Which client of a group consumes a queue in order. Locks live in memory: they are renewed every
 * 20 s by their owners, so a restarted broker knows them again before clients stop trusting them.
 */
export class RebalanceLockManager {
  private readonly locksByGroup = new Map<string, Map<string, QueueLock>>();

  constructor(
    private readonly clock: Clock,
    private readonly limits?: LimitHits,
    private readonly expiresAfterMs: number = REBALANCE_LOCK_EXPIRES_AFTER_MS,
  ) {}

  /** Takes or renews the locks that are free or the client's own, and returns those queues. */
  tryLockBatch(group: string, queues: readonly MessageQueue[], clientId: string): MessageQueue[] {
    const locks = this.locksOf(group);
    if (!locks) return [];
    const nowMs = this.clock.monotonicNow();
    const owned = queues.filter((queue) => this.tryLock(locks, queue, clientId, nowMs));
    if (locks.size === 0) this.locksByGroup.delete(group);
    return owned;
  }

  /** Gives up the client's own locks among `queues`; those of others stay. */
  unlockBatch(group: string, queues: readonly MessageQueue[], clientId: string): void {
    const locks = this.locksByGroup.get(group);
    if (!locks) return;
    for (const queue of queues) {
      const key = keyOf(queue);
      if (locks.get(key)?.clientId === clientId) locks.delete(key);
    }
    if (locks.size === 0) this.locksByGroup.delete(group);
  }

  isLocked(group: string, queue: MessageQueue, clientId: string): boolean {
    const lock = this.locksByGroup.get(group)?.get(keyOf(queue));
    return lock?.clientId === clientId && !this.isExpired(lock, this.clock.monotonicNow());
  }

  /** True when no client of the group holds a living lock, so nobody consumes in order. */
  isLockAllExpired(group: string): boolean {
    const locks = this.locksByGroup.get(group);
    if (!locks) return true;
    const nowMs = this.clock.monotonicNow();
    for (const lock of locks.values()) {
      if (!this.isExpired(lock, nowMs)) return false;
    }
    return true;
  }

  /** Forgets expired locks, one group a step. */
  *removeExpired(): Generator<void> {
    const nowMs = this.clock.monotonicNow();
    for (const [group, locks] of this.locksByGroup) {
      for (const [key, lock] of locks) {
        if (this.isExpired(lock, nowMs)) locks.delete(key);
      }
      if (locks.size === 0) this.locksByGroup.delete(group);
      yield;
    }
  }

  private tryLock(
    locks: Map<string, QueueLock>,
    queue: MessageQueue,
    clientId: string,
    nowMs: number,
  ): boolean {
    const key = keyOf(queue);
    const lock = locks.get(key);
    if (!lock) {
      if (locks.size >= MAX_LOCKS_PER_GROUP) {
        this.limits?.hit('maxLocksPerGroup');
        return false;
      }
      locks.set(key, { clientId, renewedAtMs: nowMs });
      return true;
    }
    if (lock.clientId !== clientId && !this.isExpired(lock, nowMs)) return false;
    lock.clientId = clientId;
    lock.renewedAtMs = nowMs;
    return true;
  }

  private isExpired(lock: QueueLock, nowMs: number): boolean {
    return nowMs - lock.renewedAtMs > this.expiresAfterMs;
  }

  private locksOf(group: string): Map<string, QueueLock> | undefined {
    const known = this.locksByGroup.get(group);
    if (known) return known;
    if (this.locksByGroup.size >= MAX_GROUPS_WITH_LOCKS) {
      this.limits?.hit('maxGroupsWithLocks');
      return undefined;
    }
    const locks = new Map<string, QueueLock>();
    this.locksByGroup.set(group, locks);
    return locks;
  }
}

/** Neither a topic nor a broker name can hold the separator. */
function keyOf(queue: MessageQueue): string {
  return `${queue.topic}\n${queue.queueId}\n${queue.brokerName}`;
}
