import type { QueueStatus } from '@rocket-nest/client';

/** A consumer group of this process as it stands now, for health checks and metrics. */
export interface GroupStatus {
  readonly consumerGroup: string;
  readonly listenerIds: readonly string[];
  /** Every listener of it is stopped or paused. */
  readonly paused: boolean;
  /** The queues that this process works on. */
  readonly queues: readonly QueueStatus[];
}

/** What a listener does now. */
export interface ListenerState {
  readonly id: string;
  /** `Class.method`. */
  readonly place: string;
  readonly connection: string;
  readonly consumerGroup: string;
  readonly topic: string;
  readonly state: 'running' | 'paused' | 'stopped';
  /** Queues of its topic and of its group's retries that this process works on. */
  readonly queues: readonly QueueStatus[];
}
