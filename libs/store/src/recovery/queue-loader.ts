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
   * Loads every queue folder. Units of records at or behind `cutAt` are removed (Infinity: none);
   * a folder that then holds no unit is removed too. False when a queue's newest unit does not point
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
        if (!this.loadQueue(queue, cutAt)) {
          this.queues.files.removeQueue(queue);
          topicQueues.queues.delete(queue.queueId);
        } else if (cutAt !== Infinity && !this.isNewestUnitTrue(queue)) isTrusted = false;
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
    const last = starts[starts.length - 1];
    if (first === undefined || last === undefined) return false;
    const end = this.firstUnitPast(queue, first, last + files.unitsPerFile, cutAt);
    const newest = end > first ? files.readUnit(queue, end - 1) : undefined;
    if (!newest || isFrontFiller(newest)) return false;
    queue.resumeAt(first, end);
    const isLeftover = cutAt !== Infinity && (last >= end || files.holdsBytesFrom(queue, end));
    if (isLeftover) this.queues.cutFiles(queue, end);
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

  /** The units that stay come first, so the first that goes is found by halving. */
  private firstUnitPast(queue: ConsumeQueue, from: number, to: number, cutAt: number): number {
    let low = from;
    let high = to;
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      const unit = this.queues.files.readUnit(queue, middle);
      if (!unit || unit.physicalOffset >= cutAt) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Filler before the first unit of a queue whose older messages are long gone. */
function isFrontFiller(unit: ReadUnit): boolean {
  return unit.sizeBytes === FILLER_SIZE && unit.physicalOffset === 0;
}
