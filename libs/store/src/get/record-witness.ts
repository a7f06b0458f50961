import { isUtf8 } from 'node:buffer';
import { PropertyScanner } from '../commitlog/property-scanner';
import type { RecordParser } from '../commitlog/record-parser';
import type { IndexService } from '../index-file/index-service';
import { pushIndexHashes } from '../put/record-keys';
import type { ConsumeQueue } from '../queue/consume-queue';
import type { SuspectRecord } from '../read/read-session';

/** Index items looked at for one key of a suspect before it counts as not found. */
const MAX_INDEX_STEPS = 10_000;
/** Separators of names and values. */
const SEPARATORS = [1, 2];

/**
 * Speaks for a record that is whole by its own CRC and lies in a block of the commit log that is
 * damaged somewhere: its tags must be those of its unit, its properties must be text, and the index
 * must know it by every key it claims.
 */
export class RecordWitness {
  private readonly properties = new PropertyScanner();

  constructor(
    private readonly index: IndexService,
    private readonly isIndexed: boolean,
  ) {}

  /** What is left to ask the index about a parsed record; undefined when it is damaged for sure. */
  examine(
    record: Buffer,
    parser: RecordParser,
    queue: ConsumeQueue,
    tagsCode: number,
  ): SuspectRecord | undefined {
    const { propertiesStart, propertiesEnd, physicalOffset, storeTimestamp, sysFlag } = parser;
    const { properties } = this;
    const { topicQueues } = queue;
    if (!isText(record.subarray(propertiesStart, propertiesEnd))) return undefined;
    properties.scan(record, propertiesStart, propertiesEnd);
    if (!topicQueues.isSchedule && properties.tagsCode() !== tagsCode) return undefined;
    const keyHashes: number[] = [];
    if (this.isIndexed) pushIndexHashes(topicQueues, properties, record, sysFlag, keyHashes);
    return { physicalOffset, storeTimestamp, keyHashes };
  }

  async isKnown({ physicalOffset, storeTimestamp, keyHashes }: SuspectRecord): Promise<boolean> {
    for (const keyHash of keyHashes) {
      const query = {
        keyHash,
        beginMs: storeTimestamp,
        endMs: storeTimestamp,
        maxSteps: MAX_INDEX_STEPS,
      };
      let isFound = false;
      for await (const found of this.index.find(query)) {
        isFound = found === physicalOffset;
        if (isFound) break;
      }
      if (!isFound) return false;
    }
    return true;
  }
}

function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && bytes.every((byte) => byte >= 0x20 || SEPARATORS.includes(byte));
}
