import type { HalfMessage } from '../../support/raw-producer';

export interface TopicShape {
  readonly readQueueNums: number;
  readonly writeQueueNums: number;
  readonly perm: number;
}

/** A message that must not be delivered before its time. */
export interface DelayedMessage {
  readonly body: string;
  readonly notBeforeMs: number;
}

/** What all brokers that had the folder were told, and so the next one has to know. */
export class ExchangedState {
  /** `topic/queue` -> bodies by queue offset. */
  readonly queues = new Map<string, string[]>();
  /** Key or unique key -> body. */
  readonly keys = new Map<string, string>();
  /** Physical offset -> body. */
  readonly places = new Map<number, string>();
  /** Group -> offset in queue 0. */
  readonly consumerOffsets = new Map<string, number>();
  readonly topics = new Map<string, TopicShape>();
  /** Group -> retryMaxTimes. */
  readonly groups = new Map<string, number>();
  readonly delayed: DelayedMessage[] = [];
  /** Body of the one that the next broker has to deliver. */
  pendingDelayed: string | undefined;
  /** Bodies of committed transactions. */
  readonly committed: string[] = [];
  /** Unique keys of transactions that have ended: nobody may be asked about them. */
  readonly ended = new Set<string>();
  /** Half messages that the next broker is told to commit. */
  readonly toCommit: HalfMessage[] = [];
  /** Half messages that the next broker has to ask about, with the decision. */
  readonly toCheck = new Map<string, 'commit' | 'rollback'>();

  append(topic: string, queueId: number, bodies: readonly string[]): void {
    const key = `${topic}/${queueId}`;
    this.queues.set(key, [...(this.queues.get(key) ?? []), ...bodies]);
  }
}
