import { PropertyScanner } from '../commitlog/property-scanner';
import type { RecordParser } from '../commitlog/record-parser';
import type { IndexFile } from '../index-file/index-file';
import type { IndexService } from '../index-file/index-service';
import { pushIndexHashes } from '../put/record-keys';
import { TopicQueues } from '../queue/topic-queues';

/**
 * An index file that is made again from its records: one file, or more when records are indexed by
 * more keys than they were.
 */
export class IndexRebuild {
  readonly files: IndexFile[] = [];
  items = 0;
  private readonly properties = new PropertyScanner();
  private readonly topics = new Map<string, TopicQueues>();
  private readonly hashes: number[] = [];

  constructor(
    private readonly damaged: IndexFile,
    private readonly index: IndexService,
  ) {}

  add(buffer: Buffer, parser: RecordParser): void {
    const { physicalOffset, sysFlag, storeTimestamp } = parser;
    this.properties.scan(buffer, parser.propertiesStart, parser.propertiesEnd);
    this.hashes.length = 0;
    const topic = this.topicOf(buffer, parser);
    const items = pushIndexHashes(topic, this.properties, buffer, sysFlag, this.hashes);
    if (items === 0) return;
    const file = this.fileFor(items);
    for (const hash of this.hashes) file.put(hash, physicalOffset, storeTimestamp);
    this.items += items;
    if (file.hasManyUnwritten) file.flushItems();
  }

  /** Makes the files complete and durable. */
  async finish(pause: () => Promise<void>): Promise<void> {
    for (const file of this.files) {
      file.flushItems();
      await file.writeSlots(pause);
      file.writeHeader(file.headerState(), true);
      await file.sync();
    }
  }

  /** Removes what has not become part of the index. */
  removeFiles(): void {
    for (const file of this.files) file.remove();
  }

  private fileFor(items: number): IndexFile {
    const newest = this.files[this.files.length - 1];
    if (newest?.hasRoomFor(items)) return newest;
    const next = this.index.newTemporary(this.damaged, this.files.length);
    this.files.push(next);
    return next;
  }

  private topicOf(buffer: Buffer, parser: RecordParser): TopicQueues {
    const name = buffer.toString('utf8', parser.topicStart, parser.topicEnd);
    let topic = this.topics.get(name);
    if (!topic) this.topics.set(name, (topic = new TopicQueues(name, name)));
    return topic;
  }
}
