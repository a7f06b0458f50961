import type { Message } from '@rocket-nest/common';
import { explainMissingTable } from '../database/schema/missing-table';
import type { SqlConnection } from '../database/sql-connection';
import type { Destination } from '../producer/destination';
import type { MessageFactory } from '../producer/message-factory';
import type { OutboxWriter } from '../producer/outbox-writer';
import type { MessageOptions } from '../producer/send-options';
import { DEFAULT_CONNECTION } from '../rocket.constants';
import type { OutboxStats } from './outbox-relay';
import type { OutboxTable } from './outbox-table';

/** Injection token of a connection's `Outbox`; the default one's is the class itself. */
export function getOutboxToken(connection = DEFAULT_CONNECTION): string | typeof Outbox {
  return connection === DEFAULT_CONNECTION ? Outbox : `rocket-nest Outbox (${connection})`;
}

/** What an outbox holds, over all instances of the service. */
export interface OutboxBacklog {
  /** Messages that wait to be sent. */
  readonly pending: number;
  /** Messages that no broker takes as they are: someone has to look at them. */
  readonly failed: number;
  /** Age of the oldest pending message, in milliseconds; 0 when none is pending. */
  readonly oldestPendingAgeMs: number;
}

/**
 * Sends messages that must follow a commit: they are written into the database by the transaction
 * itself, and sent once it has committed. A message may arrive twice, always with the same unique
 * key. Messages with the same sharding key are sent in the order in which they were written.
 */
export class Outbox implements OutboxWriter {
  constructor(
    private readonly table: OutboxTable,
    private readonly messages: Pick<MessageFactory, 'create'>,
    private readonly nowMs: () => number,
    private readonly relay: {
      readonly stats: Readonly<OutboxStats>;
      wake(): void;
      wakeSoon(): void;
    },
  ) {}

  /** What the relay of this process did since its start. */
  get stats(): Readonly<OutboxStats> {
    return this.relay.stats;
  }

  /** Looks into the database. */
  async backlog(): Promise<OutboxBacklog> {
    const { executor } = this.table;
    const rows = await executor.detached((connection) => this.table.count(connection));
    const { pending, failed, oldestPendingMs } = rows;
    const ageMs = oldestPendingMs === undefined ? 0 : this.nowMs() - oldestPendingMs;
    return { pending, failed, oldestPendingAgeMs: Math.max(0, ageMs) };
  }

  /**
   * Writes a message in the caller's transaction, or in one of its own where there is none. Resolves
   * with the unique key, by which the message can be found later.
   *
   * @param destination as in `ProducerService.send`
   */
  async send<T>(
    destination: Destination<T>,
    payload: T,
    options: MessageOptions = {},
  ): Promise<string> {
    const message = await this.messages.create(destination, payload, options);
    const current = this.table.executor.current();
    if (current) {
      await this.insert(current, message);
      this.relay.wakeSoon();
    } else {
      await this.keep(message);
    }
    return message.properties.get('UNIQ_KEY') ?? '';
  }

  /** Writes a message whatever becomes of the caller's transaction. */
  async keep(message: Message): Promise<void> {
    const { executor } = this.table;
    const current = executor.singleConnection ? executor.current() : undefined;
    if (current) return this.insert(current, message); // there is no other connection
    await executor.detached((connection) => this.insert(connection, message));
    this.relay.wake();
  }

  private async insert(connection: SqlConnection, message: Message): Promise<void> {
    try {
      await this.table.insert(connection, message, this.nowMs());
    } catch (error) {
      throw explainMissingTable(this.table.executor, 'rocket_outbox', error);
    }
  }
}
