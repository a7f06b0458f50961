import type { MessageExt } from '@rocket-nest/common';
import type {
  BatchInvoke,
  ListenerDefinition,
  ListenerInvoke,
} from '../listener/listener-definition';
import type { ListenerWrapper } from '../listener/listener-wrappers';
import { ConsumedMessage, type ConsumedOutcome, type ListenerEnd } from './consumed-message';
import type { RecordList } from './record-list';

/** Stands around every listener and keeps what became of each message. */
export class ListenerRecorder implements ListenerWrapper {
  private readonly underWay = new Set<string>();
  private runs = 0;

  constructor(
    private readonly records: RecordList<ConsumedMessage>,
    /** Told of every listener at start. */
    private readonly onListener: (connection: string, topic: string) => void,
  ) {}

  wrap(listener: ListenerDefinition, next: ListenerInvoke): ListenerInvoke {
    this.onListener(listener.connection, listener.options.topic);
    return (message, context) =>
      this.running(listener, async () => {
        try {
          const result = await next(message, context);
          this.record(listener, message, 'acknowledged', { result });
          return result;
        } catch (error) {
          this.record(listener, message, outcomeOf(error), { error });
          throw error;
        }
      });
  }

  wrapBatch(listener: ListenerDefinition, next: BatchInvoke): BatchInvoke {
    this.onListener(listener.connection, listener.options.topic);
    return (batch) =>
      this.running(listener, async () => {
        try {
          const result = await next(batch);
          for (const [index, message] of batch.messages.entries()) {
            const failure = batch.failures.get(index);
            const outcome = failure ? outcomeOf(failure.error) : 'acknowledged';
            this.record(listener, message, outcome, failure ?? { result });
          }
          return result;
        } catch (error) {
          for (const message of batch.messages) {
            this.record(listener, message, outcomeOf(error), { error });
          }
          throw error;
        }
      });
  }

  /** The runs that have not ended. */
  unfinished(): Iterable<string> {
    return this.underWay;
  }

  private async running<T>(listener: ListenerDefinition, work: () => Promise<T>): Promise<T> {
    const run = `run ${++this.runs} of '${listener.id}'`;
    this.underWay.add(run);
    try {
      return await work();
    } finally {
      this.underWay.delete(run);
    }
  }

  private record(
    { connection, id, consumerGroup }: ListenerDefinition,
    message: MessageExt,
    outcome: ConsumedOutcome,
    end: ListenerEnd,
  ): void {
    // The client counts a message's tries in the message itself: a record keeps what was.
    const seen = { ...message, properties: new Map(message.properties) };
    this.records.add(new ConsumedMessage(connection, seen, id, consumerGroup, outcome, end));
  }
}

function outcomeOf(error: unknown): ConsumedOutcome {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 'REJECT_TO_DLQ' ? 'rejected' : 'retry';
}
