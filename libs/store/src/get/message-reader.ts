import type { Logger } from '@rocket-nest/common';
import type { CommitLog } from '../commitlog/commit-log';
import { RecordParser } from '../commitlog/record-parser';
import type { MessageStoreConfig } from '../config/message-store-config';
import {
  FILLER_SIZE,
  UNIT_BYTES,
  unitPhysicalOffset,
  unitSize,
  unitTagsCode,
} from '../queue/consume-queue-unit';
import type { ConsumeQueue } from '../queue/consume-queue';
import type { ConsumeQueueStore } from '../queue/consume-queue-store';
import type { MinOffsetCorrector } from '../queue/min-offset-corrector';
import type { CommitLogBlock } from '../read/commit-log-block';
import type { CommitLogReader } from '../read/commit-log-reader';
import type { ConsumeQueueReader } from '../read/consume-queue-reader';
import { ReadSession } from '../read/read-session';
import type { QueueRepair } from '../recovery/queue-repair';
import { GetMessageBuilder } from './get-message-builder';
import type { GetMessageRequest, GetMessageResult } from './get-message';
import { GetMessageStatus } from './get-message-status';
import type { RecordWitness } from './record-witness';

/** Most bytes of one pull whatever it asks for. */
const MAX_PULL_BYTES = 128 * 1024 * 1024;
/** Rounds of reading after which a pull answers with what it has. */
const MAX_ROUNDS = 16;
/** Repairs of units that one pull waits for. */
const MAX_REPAIRS = 32;

/** What one attempt works with. */
interface Attempt {
  readonly request: GetMessageRequest;
  readonly queue: ConsumeQueue;
  readonly minOffset: number;
  readonly maxOffset: number;
  readonly session: ReadSession | undefined;
  readonly builder: GetMessageBuilder;
  /** Offset that the next pull starts at. */
  nextOffset: number;
  scannedUnits: number;
  /** Status when nothing is found. */
  emptyStatus: GetMessageStatus;
  isOver: boolean;
}

/** Answers pulls: from memory at once, else by loading what is missing and trying again. */
export class MessageReader {
  /** Counted for the runtime table. */
  damagedRecords = 0;
  private readonly parser = new RecordParser();
  private readonly recentBytes: number;
  private readonly giveBack = (blocks: readonly CommitLogBlock[]): void =>
    this.recordReader.giveBack(blocks);

  constructor(
    private readonly config: MessageStoreConfig,
    private readonly commitLog: CommitLog,
    private readonly queues: ConsumeQueueStore,
    private readonly unitReader: ConsumeQueueReader,
    private readonly recordReader: CommitLogReader,
    private readonly minOffsets: MinOffsetCorrector,
    private readonly witness: RecordWitness,
    private readonly repair: QueueRepair,
    private readonly visibleEnd: () => number,
    private readonly logger: Logger,
  ) {
    this.recentBytes = (config.machineMemoryBytes * config.accessMessageInMemoryMaxRatio) / 100;
  }

  getMessage(request: GetMessageRequest): GetMessageResult | Promise<GetMessageResult> {
    return this.tryGet(request, undefined) ?? this.getCold(request);
  }

  isInDisk(physicalOffset: number): boolean {
    return this.visibleEnd() - physicalOffset > this.recentBytes;
  }

  private async getCold(request: GetMessageRequest): Promise<GetMessageResult> {
    const session = new ReadSession();
    try {
      return await this.getBySession(request, session);
    } finally {
      this.recordReader.end(session);
    }
  }

  private async getBySession(
    request: GetMessageRequest,
    session: ReadSession,
  ): Promise<GetMessageResult> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const result = this.tryGet(request, session);
      if (result) return result;
      if (session.repairFrom >= 0) {
        await this.repairUnits(request, session);
        round = -1;
      } else await this.load(request, session);
    }
    session.isOver = true;
    session.missing.length = session.suspects.length = 0;
    return this.tryGet(request, session) as GetMessageResult;
  }

  private async load(request: GetMessageRequest, session: ReadSession): Promise<void> {
    for (const suspect of session.suspects.splice(0)) {
      session.verdicts.set(suspect.physicalOffset, await this.witness.isKnown(suspect));
    }
    const from = session.missingUnitsFrom;
    session.missingUnitsFrom = -1;
    if (from < 0) return this.recordReader.load(session);
    const queue = this.queues.findQueue(request.topic, request.queueId);
    if (queue && (await this.unitReader.load(queue, from))) return undefined;
    session.areUnitsUnreadable = true;
    return undefined;
  }

  private async repairUnits(request: GetMessageRequest, session: ReadSession): Promise<void> {
    const offset = session.repairFrom;
    session.repairFrom = -1;
    session.repaired.add(offset);
    session.areUnitsUnreadable = false;
    const queue = this.queues.findQueue(request.topic, request.queueId);
    if (queue) await this.repair.repair(queue, offset);
  }

  /** Undefined when something has to be read first; what, is left in the session. */
  private tryGet(
    request: GetMessageRequest,
    session: ReadSession | undefined,
  ): GetMessageResult | undefined {
    const queue = this.queues.findQueue(request.topic, request.queueId);
    if (!queue) return this.empty(GetMessageStatus.NO_MATCHED_LOGIC_QUEUE, request, 0, 0, 0);
    const minOffset = this.minOffsets.minOffset(queue);
    const { maxOffset } = queue;
    const { offset } = request;
    const outOfRange = this.checkRange(request, minOffset, maxOffset);
    if (outOfRange) return outOfRange;
    const attempt: Attempt = {
      request,
      queue,
      minOffset,
      maxOffset,
      session,
      builder: new GetMessageBuilder(this.giveBack),
      nextOffset: Math.max(offset, session?.startAt ?? offset),
      scannedUnits: 0,
      emptyStatus: session?.emptyStatus ?? GetMessageStatus.NO_MATCHED_MESSAGE,
      isOver: false,
    };
    if (!this.collect(attempt)) return undefined;
    if (session && session.missing.length + session.suspects.length > 0) return undefined;
    const status = attempt.builder.messageCount > 0 ? GetMessageStatus.FOUND : attempt.emptyStatus;
    return attempt.builder.build(
      status,
      attempt.nextOffset,
      minOffset,
      maxOffset,
      this.visibleEnd(),
      this.recentBytes,
    );
  }

  private checkRange(
    request: GetMessageRequest,
    min: number,
    max: number,
  ): GetMessageResult | undefined {
    const { offset } = request;
    if (max === 0) return this.empty(GetMessageStatus.NO_MESSAGE_IN_QUEUE, request, 0, 0, 0);
    if (offset < min) return this.empty(GetMessageStatus.OFFSET_TOO_SMALL, request, min, min, max);
    if (offset === max) {
      return this.empty(GetMessageStatus.OFFSET_OVERFLOW_ONE, request, offset, min, max);
    }
    if (offset > max) {
      return this.empty(GetMessageStatus.OFFSET_OVERFLOW_BADLY, request, max, min, max);
    }
    return undefined;
  }

  /** A slave may lag behind, so it leaves the reader's offset alone unless told otherwise. */
  private empty(
    status: GetMessageStatus,
    request: GetMessageRequest,
    correctOffset: number,
    minOffset: number,
    maxOffset: number,
  ): GetMessageResult {
    const mayCorrect = this.config.brokerRole !== 'SLAVE' || this.config.offsetCheckInSlave;
    const next = mayCorrect ? correctOffset : request.offset;
    const builder = new GetMessageBuilder(this.giveBack);
    return builder.build(status, next, minOffset, maxOffset, 0, this.recentBytes);
  }

  /** Goes through the units; false when something has to be read before anything can be answered. */
  private collect(attempt: Attempt): boolean {
    const { queue, session, maxOffset } = attempt;
    const { unitReader } = this;
    while (attempt.nextOffset < maxOffset && !attempt.isOver) {
      if (unitReader.locate(queue, attempt.nextOffset)) {
        const { buffer, position, count } = unitReader;
        if (!this.collectUnits(attempt, buffer, position, count)) return false;
        continue;
      }
      if (attempt.builder.messageCount > 0) return true;
      if (!session) return false;
      if (session.areUnitsUnreadable && this.wantsRepair(attempt, attempt.nextOffset)) return false;
      if (session.areUnitsUnreadable) {
        this.skipUnreadableFile(attempt);
        return true;
      }
      if (session.isOver) return true;
      if (session.missing.length + session.suspects.length === 0) {
        // Only one window of units is held: what was skipped must not push this one out again.
        session.startAt = attempt.nextOffset;
        session.emptyStatus = attempt.emptyStatus;
      }
      session.missingUnitsFrom = attempt.nextOffset;
      return false;
    }
    return true;
  }

  private collectUnits(attempt: Attempt, units: Buffer, position: number, count: number): boolean {
    const { request, builder } = attempt;
    const { filter, maxMsgNums } = request;
    const maxScan = Math.max(this.config.maxFilterMessageSize / UNIT_BYTES, maxMsgNums);
    for (let index = 0; index < count; index++) {
      const at = position + index * UNIT_BYTES;
      const physicalOffset = unitPhysicalOffset(units, at);
      const sizeBytes = unitSize(units, at);
      const isFull =
        attempt.scannedUnits >= maxScan || this.isFull(request, builder, sizeBytes, physicalOffset);
      if (isFull) {
        attempt.isOver = true;
        return true;
      }
      attempt.scannedUnits++;
      if (sizeBytes <= 0 && this.wantsRepair(attempt, attempt.nextOffset)) return false;
      if (sizeBytes <= 0 || sizeBytes === FILLER_SIZE) {
        attempt.emptyStatus = GetMessageStatus.OFFSET_FOUND_NULL;
      } else if (!filter || filter.matchesTagsCode(unitTagsCode(units, at))) {
        const tagsCode = unitTagsCode(units, at);
        const outcome = this.collectRecord(attempt, physicalOffset, sizeBytes, tagsCode);
        if (outcome === 'stop') {
          attempt.isOver = true;
          return true;
        }
        if (outcome === 'unknown') return false;
      }
      attempt.nextOffset++;
    }
    return true;
  }

  /** `unknown`: nothing can be answered before this record is read. */
  private collectRecord(
    attempt: Attempt,
    physicalOffset: number,
    sizeBytes: number,
    tagsCode: number,
  ): 'taken' | 'skipped' | 'stop' | 'unknown' {
    const { builder, session, request } = attempt;
    const { recordReader } = this;
    if (!recordReader.locate(physicalOffset, sizeBytes, session)) {
      if (!session) return builder.messageCount > 0 ? 'stop' : 'unknown';
      const isNowhere = physicalOffset < 0 || physicalOffset + sizeBytes > this.visibleEnd();
      if (isNowhere || session.wasTried(physicalOffset))
        return this.skipOrRepair(attempt, physicalOffset);
      if (session.isOver) return 'stop';
      session.addMissing(physicalOffset, sizeBytes);
      builder.count(sizeBytes);
      return 'taken';
    }
    const { buffer, position, block } = recordReader;
    if (recordReader.isFromDisk) {
      if (!this.isIntact(attempt, physicalOffset, sizeBytes)) {
        return this.skipOrRepair(attempt, physicalOffset);
      }
      if (recordReader.isDamaged) {
        const verdict = this.judge(attempt, physicalOffset, tagsCode);
        if (verdict === 'damaged') return this.skipOrRepair(attempt, physicalOffset);
        if (verdict === 'unknown') {
          if (!session) return 'unknown';
          return session.isOver ? 'stop' : 'taken';
        }
      }
    }
    const { filter } = request;
    if (filter?.matchesRecord) {
      if (!filter.matchesRecord(buffer.subarray(position, position + sizeBytes))) return 'skipped';
    }
    builder.add(buffer, position, sizeBytes, attempt.nextOffset, physicalOffset, block);
    return 'taken';
  }

  /** I7: what leaves from the disk is what was stored, and what this place of the queue stands for. */
  private isIntact(attempt: Attempt, physicalOffset: number, sizeBytes: number): boolean {
    const { parser, recordReader } = this;
    const { buffer, position: at } = recordReader;
    const checkCrc = !recordReader.isVerified || recordReader.isDamaged;
    if (parser.parse(buffer, at, at + sizeBytes, physicalOffset, checkCrc) !== 'record') {
      return false;
    }
    return (
      parser.sizeBytes === sizeBytes &&
      parser.queueOffset === attempt.nextOffset &&
      parser.queueId === attempt.queue.queueId &&
      isTopic(buffer, parser, attempt.queue.topicQueues.topicBytes)
    );
  }

  /**
   * Whether units are to be made again before the pull goes on.
   */
  private wantsRepair(attempt: Attempt, offset: number): boolean {
    const { session, queue } = attempt;
    if (session?.isOver || session?.repaired.has(offset)) return false;
    if (session && session.repaired.size >= MAX_REPAIRS) return false;
    if (offset >= queue.flushedOffset || this.repair.isHopeless(queue, offset)) return false;
    if (session) session.repairFrom = offset;
    return true;
  }

  /** It may be the unit that is wrong, and the record somewhere else. */
  private skipOrRepair(attempt: Attempt, physicalOffset: number): 'skipped' | 'stop' | 'unknown' {
    const isGone = this.commitLog.files.find(physicalOffset) === undefined;
    const isPlausible = physicalOffset >= 0 && physicalOffset < this.visibleEnd();
    if ((isGone && isPlausible) || !this.wantsRepair(attempt, attempt.nextOffset)) {
      return this.skipUnreadable(attempt, physicalOffset);
    }
    return 'unknown';
  }

  /** Of the record that was parsed last, in a block that is damaged somewhere. */
  private judge(
    attempt: Attempt,
    physicalOffset: number,
    tagsCode: number,
  ): 'good' | 'damaged' | 'unknown' {
    const { session, queue } = attempt;
    const verdict = session?.verdicts.get(physicalOffset);
    if (verdict !== undefined) return verdict ? 'good' : 'damaged';
    const { buffer } = this.recordReader;
    const suspect = this.witness.examine(buffer, this.parser, queue, tagsCode);
    if (!suspect) return 'damaged';
    if (session && !session.isOver) session.suspects.push(suspect);
    return 'unknown';
  }

  private skipUnreadable(attempt: Attempt, physicalOffset: number): 'skipped' {
    attempt.emptyStatus = GetMessageStatus.MESSAGE_WAS_REMOVING;
    if (physicalOffset < this.commitLog.minOffset) return 'skipped';
    if (attempt.session?.told.has(attempt.nextOffset)) return 'skipped';
    attempt.session?.told.add(attempt.nextOffset);
    this.damagedRecords++;
    this.logger.error('damaged record skipped', {
      topic: attempt.request.topic,
      queueId: attempt.request.queueId,
      queueOffset: attempt.nextOffset,
      physicalOffset,
    });
    return 'skipped';
  }

  /** Units that cannot be read: the reader goes on behind their file. */
  private skipUnreadableFile(attempt: Attempt): void {
    const { files } = this.queues;
    const nextFile = files.fileStart(attempt.nextOffset) + files.unitsPerFile;
    this.logger.error('consume queue file cannot be read, its messages are skipped', {
      topic: attempt.request.topic,
      queueId: attempt.request.queueId,
      queueOffset: attempt.nextOffset,
    });
    attempt.emptyStatus = GetMessageStatus.OFFSET_FOUND_NULL;
    attempt.nextOffset = Math.min(nextFile, attempt.maxOffset);
  }

  private isFull(
    request: GetMessageRequest,
    builder: GetMessageBuilder,
    sizeBytes: number,
    physicalOffset: number,
  ): boolean {
    const { messageCount, totalBytes } = builder;
    if (messageCount === 0) return false;
    if (messageCount >= request.maxMsgNums) return true;
    const bytes = totalBytes + sizeBytes;
    if (bytes > Math.min(request.maxTotalBytes ?? MAX_PULL_BYTES, MAX_PULL_BYTES)) return true;
    const { config } = this;
    return this.isInDisk(physicalOffset)
      ? bytes > config.maxTransferBytesOnMessageInDisk ||
          messageCount >= config.maxTransferCountOnMessageInDisk
      : bytes > config.maxTransferBytesOnMessageInMemory ||
          messageCount >= config.maxTransferCountOnMessageInMemory;
  }
}

function isTopic(record: Buffer, { topicStart, topicEnd }: RecordParser, topic: Buffer): boolean {
  return topic.compare(record, topicStart, topicEnd) === 0;
}
