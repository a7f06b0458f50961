import { PropertyScanner } from '../commitlog/property-scanner';
import { RecordParser } from '../commitlog/record-parser';
import type { IndexFile, IndexItem } from '../index-file/index-file';
import { compareIndexHeaders } from '../index-file/index-headers';
import { IndexLayout } from '../index-file/index-layout';
import { pushIndexHashes } from '../put/record-keys';
import type { StoreComponents } from '../store-components';
import type { ProblemList } from './problem-list';
import { RecordWindow } from './record-window';

/**
 * Follows every item of the index to its record, and every slot to its newest item, and compares the
 * files with their checksums.
 */
export class IndexVerifier {
  private readonly parser = new RecordParser();
  private readonly properties = new PropertyScanner();
  private readonly window: RecordWindow;
  private hashesAt = -1;
  private hashes: number[] | undefined;

  constructor(
    private readonly parts: StoreComponents,
    private readonly found: ProblemList,
    private readonly logEnd: number,
  ) {
    this.window = new RecordWindow(parts.log.files);
  }

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
  private async verifyItems(file: IndexFile, slotNum: number): Promise<Int32Array> {
    const newest = new Int32Array(slotNum);
    const { path } = file;
    let number = 1;
    for await (const items of file.allItems()) {
      for (const item of items) {
        const slot = item.keyHash % slotNum;
        if (item.keyHash < 0 || item.previous !== newest[slot]) {
          this.found.add('index item out of its chain', { path, item: number });
        }
        newest[slot] = number;
        if (!this.hasRecord(item)) {
          this.found.add('index item without a record of that key', { path, item: number });
        }
        number++;
      }
    }
    return newest;
  }

  private async verifySlots(file: IndexFile, newest: Int32Array): Promise<void> {
    const slots = await file.allSlots();
    for (let slot = 0; slot < newest.length; slot++) {
      if (newest[slot] === 0 || slots[slot] === newest[slot]) continue;
      this.found.add('index slot does not point at its newest item', { path: file.path, slot });
    }
  }

  private hasRecord({ physicalOffset, keyHash }: IndexItem): boolean {
    const isJudged = physicalOffset < this.logEnd && physicalOffset >= this.parts.log.minOffset;
    return !isJudged || (this.hashesOf(physicalOffset)?.includes(keyHash) ?? false);
  }

  private hashesOf(physicalOffset: number): number[] | undefined {
    if (this.hashesAt !== physicalOffset) {
      this.hashesAt = physicalOffset;
      this.hashes = this.readHashes(physicalOffset);
    }
    return this.hashes;
  }

  private readHashes(physicalOffset: number): number[] | undefined {
    const { window, parser, properties } = this;
    const at = window.hold(physicalOffset);
    if (at === undefined) return undefined;
    const { bytes, end } = window;
    if (parser.parse(bytes, at, end, physicalOffset, false) !== 'record') return undefined;
    properties.scan(bytes, parser.propertiesStart, parser.propertiesEnd);
    const name = bytes.toString('utf8', parser.topicStart, parser.topicEnd);
    const hashes: number[] = [];
    const topic = this.parts.queues.topicOf(name);
    pushIndexHashes(topic, properties, bytes, parser.sysFlag, hashes);
    return hashes;
  }
}
