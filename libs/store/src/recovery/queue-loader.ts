import type { FileSystem } from '@rocket-nest/common';
import type { QueueOffsetTableState } from '../checkpoint/queue-offset-table';
import { RecordParser } from '../commitlog/record-parser';
import { folderNameToTopic, topicToFolderName } from '../files/file-name';
import type { MappedFileQueue } from '../files/mapped-file-queue';
import { FILLER_SIZE } from '../queue/consume-queue-unit';
import type { ConsumeQueue } from '../queue/consume-queue';
import type { ReadUnit } from '../queue/consume-queue-files';
import type { ConsumeQueueStore } from '../queue/consume-queue-store';

const QUEUE_FOLDER = /^\d{1,9}$/;

/** Brings consume queues into memory at start, from their folders or from the table. */
export class QueueLoader {
  private readonly parser = new RecordParser();

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly logFiles: MappedFileQueue,
    private readonly queues: ConsumeQueueStore,
    private readonly escapeNames: boolean,
  ) {}

  hasFolders(): boolean {
    return this.fileSystem.readdir(this.queues.files.folder).length > 0;
  }

  /** Whether every queue that the table knows with messages has its folder. */
  matches(table: QueueOffsetTableState): boolean {
    const { folder } = this.queues.files;
    const topics = new Set(this.fileSystem.readdir(folder));
    for (const [topic, queues] of table.topics) {
      const withMessages = queues.filter((queue) => queue.maxOffset > queue.minOffset);
      if (withMessages.length === 0) continue;
      const folderName = topicToFolderName(topic, this.escapeNames);
      if (!topics.has(folderName)) return false;
      const ids = new Set(this.fileSystem.readdir(`${folder}/${folderName}`));
      if (!withMessages.every(({ queueId }) => ids.has(String(queueId)))) return false;
    }
    return true;
  }

  loadFromTable(table: QueueOffsetTableState): void {
    for (const [topic, queues] of table.topics) {
      const topicQueues = this.queues.topicOf(topic);
      for (const { queueId, minOffset, maxOffset } of queues) {
        const queue = this.queues.queueOf(topicQueues, queueId);
        queue.resumeAt(minOffset, maxOffset);
        queue.minForPhysicalOffset = table.logMinOffset;
      }
    }
  }

  /**
   * Loads every queue folder. Units of records at or behind `cutAt` are removed (Infinity: none).
   * False when a queue's newest unit does not point
   * at its record, so that the files cannot be trusted.
   */
  async loadFromFiles(cutAt: number, pause: () => Promise<void>): Promise<boolean> {
    const { folder } = this.queues.files;
    let isTrusted = true;
    for (const folderName of this.fileSystem.readdir(folder)) {
      const ids = this.fileSystem.readdir(`${folder}/${folderName}`);
      const topicQueues = this.queues.topicOf(folderNameToTopic(folderName, this.escapeNames));
      for (const id of ids.filter((name) => QUEUE_FOLDER.test(name))) {
        const queue = this.queues.queueOf(topicQueues, Number(id));
        if (!this.loadQueue(queue, cutAt)) topicQueues.queues.delete(queue.queueId);
        else if (cutAt !== Infinity && !this.isNewestUnitTrue(queue)) isTrusted = false;
        await pause();
      }
      await pause();
    }
    return isTrusted;
  }

  /** Removes all queue folders. */
  removeFolders(): void {
    const { folder } = this.queues.files;
    for (const folderName of this.fileSystem.readdir(folder)) {
      const topicQueues = this.queues.topicOf(folderNameToTopic(folderName, this.escapeNames));
      for (const id of this.fileSystem.readdir(`${folder}/${folderName}`)) {
        if (QUEUE_FOLDER.test(id)) {
          this.queues.files.removeQueue(this.queues.queueOf(topicQueues, Number(id)));
        }
      }
      this.queues.files.removeTopicFolder(topicQueues);
    }
    this.queues.topics.clear();
  }

  /** False when the queue's files hold no unit that stays. */
  private loadQueue(queue: ConsumeQueue, cutAt: number): boolean {
    const { files } = this.queues;
    const starts = files.fileStarts(queue);
    const [first] = starts;
    if (first === undefined) return false;
    const end = this.firstUnitPast(queue, starts, cutAt);
    if (end === first) {
      this.queues.cutFiles(queue, first, starts);
      return false;
    }
    const newest = files.readUnit(queue, end - 1);
    if (!newest || isFrontFiller(newest)) {
      files.removeQueue(queue);
      return false;
    }
    queue.resumeAt(first, end);
    if (cutAt !== Infinity) this.queues.cutFiles(queue, end, starts);
    return true;
  }

  /**
   * A power cut may keep a unit and lose its record, and units that were cut may come back when the
   * cut was not synced. Then another record, or none, stands where the unit points.
   */
  private isNewestUnitTrue(queue: ConsumeQueue): boolean {
    const unit = this.queues.files.readUnit(queue, queue.maxOffset - 1);
    if (!unit) return false;
    if (unit.sizeBytes === FILLER_SIZE) return true;
    const file = this.logFiles.find(unit.physicalOffset);
    if (!file || unit.physicalOffset + unit.sizeBytes > file.endOffset) return false;
    const record = Buffer.allocUnsafe(unit.sizeBytes);
    const bytes = file.read(record, 0, record.length, unit.physicalOffset);
    const { parser } = this;
    return (
      parser.parse(record, 0, bytes, unit.physicalOffset, false) === 'record' &&
      parser.queueOffset === queue.maxOffset - 1 &&
      parser.queueId === queue.queueId &&
      queue.topicQueues.topicBytes.equals(record.subarray(parser.topicStart, parser.topicEnd))
    );
  }

  /**
   * The units that stay come first, so the first that goes is found by halving, in the newest file
   * that begins with one that stays. Steps double at first, as most queues are short.
   */
  private firstUnitPast(queue: ConsumeQueue, starts: readonly number[], cutAt: number): number {
    const { files } = this.queues;
    const isPast = (offset: number): boolean => {
      const unit = files.readUnit(queue, offset);
      return !unit || unit.physicalOffset >= cutAt;
    };
    const start = [...starts].reverse().find((offset) => !isPast(offset));
    if (start === undefined) return starts[0] ?? 0;
    const fileEnd = start + files.unitsPerFile;
    let low = start + 1;
    let step = 1;
    while (low < fileEnd && !isPast(low)) {
      step *= 2;
      low = Math.min(low + step, fileEnd);
    }
    let high = low;
    low = Math.max(start + 1, high - step);
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      if (isPast(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Filler before the first unit of a queue whose older messages are long gone. */
function isFrontFiller(unit: ReadUnit): boolean {
  return unit.sizeBytes === FILLER_SIZE && unit.physicalOffset === 0;
}
