import { PropertyScanner } from '../commitlog/property-scanner';
import { RecordParser } from '../commitlog/record-parser';
import type { IndexFile } from '../index-file/index-file';
import { compareIndexHeaders } from '../index-file/index-headers';
import { IndexLayout } from '../index-file/index-layout';
import { pushIndexHashes } from '../put/record-keys';
import type { StoreComponents } from '../store-components';
import type { ProblemList } from './problem-list';

const HEAD_BYTES = 8;

/**
 * Follows every item of the index to its record, and every slot to its newest item, and compares the
 * files with their checksums.
 */
export class IndexVerifier {
  private readonly parser = new RecordParser();
  private readonly properties = new PropertyScanner();
  private hashesAt = -1;
  private hashes: number[] | undefined;

  constructor(
    private readonly parts: StoreComponents,
    private readonly found: ProblemList,
    private readonly logEnd: number,
  ) {}

  /** Returns how many items there are. */
  async verify(isClean: boolean): Promise<number> {
    const { index, config, paths } = this.parts;
    let items = 0;
    for (const name of isClean ? index.lostFiles() : []) {
      this.found.add('index file is gone', { path: `${paths.index}/${name}` });
    }
    for (const name of index.listFiles()) {
      const file = index.fileOf(name);
      const { path } = file;
      const isReadable = file.load();
      if (!isReadable || file.nextItem <= 1) {
        // The power went before its first header was durable.
        const isUnfinished = isReadable || file.sizeBytes < IndexLayout.HEADER_BYTES;
        if (isClean || !isUnfinished) {
          this.found.add('index file whose header makes no sense', { path });
        }
        continue;
      }
      items += file.nextItem - 1;
      await this.compare(file, isClean);
      const newest = await this.verifyItems(file, config.maxHashSlotNum);
      if (isClean && !file.needsSlots) await this.verifySlots(file, newest);
    }
    return items;
  }

  /** A file that died while it was put in the place of another has the other's checksums. */
  private async compare(file: IndexFile, isClean: boolean): Promise<void> {
    const { path } = file;
    const { index } = this.parts;
    const known = index.knownHeader(file.name);
    const checksums = index.checksumsOf(file.name);
    const state = known && compareIndexHeaders(known, file.header);
    if (state === 'other' && isClean) {
      this.found.add('index file has another header than its checksums say', { path });
    }
    if (checksums && state !== 'other') await file.checkAll(checksums, state === 'same');
    if (file.isShort) this.found.add('index file is too short', { path });
    else if (file.damage !== undefined) {
      this.found.add('index file is not what was written', { path, found: file.damage });
    }
  }

  /** Returns the newest item of every slot. */
  private async verifyItems(file: IndexFile, slotNum: number): Promise<Map<number, number>> {
    const newest = new Map<number, number>();
    const { path } = file;
    for (let number = 1; number < file.nextItem; number++) {
      const item = await file.item(number);
      if (!item) break;
      const slot = item.keyHash % slotNum;
      if (item.keyHash < 0 || item.previous !== (newest.get(slot) ?? 0)) {
        this.found.add('index item out of its chain', { path, item: number });
      }
      newest.set(slot, number);
      const isJudged =
        item.physicalOffset < this.logEnd && item.physicalOffset >= this.parts.log.minOffset;
      if (isJudged && !this.hashesOf(item.physicalOffset)?.includes(item.keyHash)) {
        this.found.add('index item without a record of that key', { path, item: number });
      }
    }
    return newest;
  }

  private async verifySlots(file: IndexFile, newest: ReadonlyMap<number, number>): Promise<void> {
    for (const [slot, number] of newest) {
      if ((await file.newestItem(slot)) === number) continue;
      this.found.add('index slot does not point at its newest item', { path: file.path, slot });
    }
  }

  private hashesOf(physicalOffset: number): number[] | undefined {
    if (this.hashesAt !== physicalOffset) {
      this.hashesAt = physicalOffset;
      this.hashes = this.readHashes(physicalOffset);
    }
    return this.hashes;
  }

  private readHashes(physicalOffset: number): number[] | undefined {
    const { log, queues } = this.parts;
    const file = log.files.find(physicalOffset);
    if (!file) return undefined;
    const head = Buffer.alloc(HEAD_BYTES);
    file.read(head, 0, HEAD_BYTES, physicalOffset);
    const sizeBytes = RecordParser.sizeAt(head, 0);
    if (sizeBytes === 0 || physicalOffset + sizeBytes > file.endOffset) return undefined;
    const record = Buffer.alloc(sizeBytes);
    const bytes = file.read(record, 0, sizeBytes, physicalOffset);
    const { parser, properties } = this;
    if (parser.parse(record, 0, bytes, physicalOffset, false) !== 'record') return undefined;
    properties.scan(record, parser.propertiesStart, parser.propertiesEnd);
    const topic = queues.topicOf(record.toString('utf8', parser.topicStart, parser.topicEnd));
    const hashes: number[] = [];
    pushIndexHashes(topic, properties, record, parser.sysFlag, hashes);
    return hashes;
  }
}
