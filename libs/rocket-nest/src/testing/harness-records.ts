import type { ConsumedMessage } from './consumed-message';
import type { DeadLetter } from './dead-letter';
import type { PublishedMessage } from './published-message';
import { RecordList } from './record-list';

/** Records of each kind that an error text lists. */
const LISTED = 10;

/** Everything that a harness has on record. */
export class HarnessRecords {
  readonly published: RecordList<PublishedMessage>;
  readonly consumed: RecordList<ConsumedMessage>;
  readonly dlq: RecordList<DeadLetter>;

  /** @param onEvent told after every new record */
  constructor(onEvent: () => void) {
    this.published = new RecordList(onEvent);
    this.consumed = new RecordList(onEvent);
    this.dlq = new RecordList(onEvent);
  }

  clear(): void {
    this.published.clear();
    this.consumed.clear();
    this.dlq.clear();
  }

  /** The newest records in words, for a test that waited in vain. */
  summary(): string {
    const consumed = this.consumed.find();
    const acknowledged = consumed.filter(({ outcome }) => outcome === 'acknowledged');
    const failed = consumed.filter(({ outcome }) => outcome !== 'acknowledged');
    return [
      line(
        'published',
        this.published.find().map(({ destination, text }) => `${destination} ${shortened(text)}`),
      ),
      line(
        'consumed',
        acknowledged.map(({ listener, destination }) => `${destination} by '${listener}'`),
      ),
      line(
        'failed',
        failed.map(
          ({ listener, destination, attempt, error }) =>
            `${destination} in '${listener}', attempt ${attempt}: ${String(error)}`,
        ),
      ),
      line(
        'dead letters',
        this.dlq
          .find()
          .map(({ consumerGroup, destination }) => `${destination} of ${consumerGroup}`),
      ),
    ].join('; ');
  }
}

function line(title: string, entries: readonly string[]): string {
  if (entries.length === 0) return `${title}: nothing`;
  const listed = entries.slice(-LISTED).join(', ');
  return `${title} (${entries.length}): ${listed}`;
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
