import type { CommitLogBlock } from '../read/commit-log-block';
import type { GetMessageResult } from './get-message';
import type { GetMessageStatus } from './get-message-status';

/** Collects the records of one pull; neighbours in one buffer become one part. */
export class GetMessageBuilder {
  messageCount = 0;
  totalBytes = 0;
  readonly parts: Buffer[] = [];
  readonly queueOffsets: number[] = [];
  /** What the parts are views of, where that memory is used again. */
  private readonly blocks: CommitLogBlock[] = [];
  private runBuffer: Buffer | undefined;
  private runBlock: CommitLogBlock | undefined;
  private runStart = 0;
  private runEnd = 0;
  /** End of the last record in the commit log. */
  private lastEndOffset = 0;

  constructor(private readonly giveBack: (blocks: readonly CommitLogBlock[]) => void) {}

  add(
    buffer: Buffer,
    position: number,
    sizeBytes: number,
    queueOffset: number,
    physicalOffset: number,
    block: CommitLogBlock | undefined,
  ): void {
    if (this.runBuffer === buffer && this.runEnd === position) this.runEnd += sizeBytes;
    else {
      this.closeRun();
      this.runBuffer = buffer;
      this.runBlock = block;
      this.runStart = position;
      this.runEnd = position + sizeBytes;
    }
    this.count(sizeBytes);
    this.queueOffsets.push(queueOffset);
    this.lastEndOffset = physicalOffset + sizeBytes;
  }

  /** Counts a record that is still to be read, so that no more are read than will be taken. */
  count(sizeBytes: number): void {
    this.messageCount++;
    this.totalBytes += sizeBytes;
  }

  build(
    status: GetMessageStatus,
    nextBeginOffset: number,
    minOffset: number,
    maxOffset: number,
    logEndOffset: number,
    memoryBytes: number,
  ): GetMessageResult {
    this.closeRun();
    const { blocks } = this;
    for (const block of blocks) block.loans++;
    const behindBytes = this.messageCount > 0 ? logEndOffset - this.lastEndOffset : 0;
    return {
      status,
      nextBeginOffset,
      minOffset,
      maxOffset,
      parts: this.parts,
      messageCount: this.messageCount,
      bufferTotalBytes: this.totalBytes,
      messageQueueOffsets: this.queueOffsets,
      suggestPullingFromSlave: behindBytes > memoryBytes,
      diskFallBehindBytes: behindBytes,
      release: blocks.length > 0 ? () => this.giveBack(blocks.splice(0)) : undefined,
    };
  }

  private closeRun(): void {
    if (!this.runBuffer) return;
    this.parts.push(this.runBuffer.subarray(this.runStart, this.runEnd));
    if (this.runBlock) this.blocks.push(this.runBlock);
    this.runBuffer = this.runBlock = undefined;
  }
}
