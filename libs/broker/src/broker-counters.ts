/** Messages and bytes that a topic received. */
export interface TopicCounters {
  messagesIn: number;
  bytesIn: number;
}

/** Messages and bytes that a consumer group took from a topic. */
export interface ConsumerCounters {
  messagesOut: number;
  bytesOut: number;
}

/** Transactions of a topic. */
export interface TransactionCounters {
  /** Half messages whose transactions have not ended: those of earlier starts as well. */
  halfMessages: number;
  committed: number;
  rolledBack: number;
}

/** Told the size of what was stored by one request, on average where it was a batch. */
export interface MessageSizeObserver {
  onStored(topic: string, messageBytes: number): void;
}

/**
 * What the broker counts as it works: plain numbers that cost an addition each and that whoever
 * wants metrics reads. Rates and labels are made from them by the reader.
 */
export class BrokerCounters {
  messagesIn = 0;
  bytesIn = 0;
  messagesOut = 0;
  bytesOut = 0;
  sendRequests = 0;
  sendFailures = 0;
  pullRequests = 0;
  pullsHeld = 0;
  pullsWoken = 0;
  pullsTimedOut = 0;
  messagesToDlq = 0;
  /** Requests refused with SYSTEM_BUSY. */
  busyAnswers = 0;
  unsupportedRequests = 0;
  failedRequests = 0;
  registrations = 0;
  registrationFailures = 0;
  private readonly topics = new Map<string, TopicCounters>();
  private readonly consumers = new Map<string, Map<string, ConsumerCounters>>();
  private readonly transactions = new Map<string, TransactionCounters>();

  constructor(private readonly messageSizes: MessageSizeObserver | undefined = undefined) {}

  /** Counts what one request has stored in an existing topic. */
  stored(topic: string, messageCount: number, sizeBytes: number): void {
    const counters = this.ofTopic(topic);
    this.messagesIn += messageCount;
    this.bytesIn += sizeBytes;
    counters.messagesIn += messageCount;
    counters.bytesIn += sizeBytes;
    this.messageSizes?.onStored(topic, sizeBytes / messageCount);
  }

  /** The counters of an existing topic; made when first asked for. */
  ofTopic(topic: string): TopicCounters {
    let counters = this.topics.get(topic);
    if (!counters) this.topics.set(topic, (counters = { messagesIn: 0, bytesIn: 0 }));
    return counters;
  }

  /** The counters of an existing group in an existing topic; made when first asked for. */
  ofConsumer(topic: string, group: string): ConsumerCounters {
    let groups = this.consumers.get(topic);
    if (!groups) this.consumers.set(topic, (groups = new Map()));
    let counters = groups.get(group);
    if (!counters) groups.set(group, (counters = { messagesOut: 0, bytesOut: 0 }));
    return counters;
  }

  /** The transactions of a topic; made when first asked for. */
  transactionsOf(topic: string): TransactionCounters {
    let counters = this.transactions.get(topic);
    if (!counters) {
      counters = { halfMessages: 0, committed: 0, rolledBack: 0 };
      this.transactions.set(topic, counters);
    }
    return counters;
  }

  /** One transaction less is open. A topic may have been deleted, and its counters with it, before. */
  halfEnded(topic: string): TransactionCounters {
    const counters = this.transactionsOf(topic);
    counters.halfMessages = Math.max(0, counters.halfMessages - 1);
    return counters;
  }

  get transactionsByTopic(): ReadonlyMap<string, TransactionCounters> {
    return this.transactions;
  }

  get byTopic(): ReadonlyMap<string, TopicCounters> {
    return this.topics;
  }

  /** Topic -> group -> counters. */
  get byConsumer(): ReadonlyMap<string, ReadonlyMap<string, ConsumerCounters>> {
    return this.consumers;
  }

  /** Forgets a deleted topic. */
  removeTopic(topic: string): void {
    this.topics.delete(topic);
    this.consumers.delete(topic);
    this.transactions.delete(topic);
  }

  /** Forgets a deleted group. */
  removeGroup(group: string): void {
    for (const groups of this.consumers.values()) groups.delete(group);
  }
}
