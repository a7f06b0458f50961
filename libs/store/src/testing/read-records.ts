import { RecordParser } from '../commitlog/record-parser';
import { RecordLayout } from '../commitlog/record-layout';
import { getInt64 } from '../bytes/integers';

/** A stored record taken apart, for tests. */
export interface ReadRecord {
  readonly topic: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly physicalOffset: number;
  readonly body: string;
  readonly storeTimestamp: number;
}

/** Takes records apart that follow one another; throws when one of them is damaged. */
export function readRecords(parts: readonly Buffer[]): ReadRecord[] {
  const bytes = Buffer.concat(parts);
  const parser = new RecordParser();
  const records: ReadRecord[] = [];
  for (let at = 0; at < bytes.length; at += parser.sizeBytes) {
    const physicalOffset = getInt64(bytes, at + RecordLayout.PHYSICAL_OFFSET);
    const kind = parser.parse(bytes, at, bytes.length, physicalOffset, true);
    if (kind !== 'record') throw new Error(`no record at byte ${at}: ${kind}`);
    records.push({
      topic: bytes.toString('utf8', parser.topicStart, parser.topicEnd),
      queueId: parser.queueId,
      queueOffset: parser.queueOffset,
      physicalOffset,
      body: bytes.toString('utf8', parser.bodyStart, parser.bodyEnd),
      storeTimestamp: parser.storeTimestamp,
    });
  }
  return records;
}
