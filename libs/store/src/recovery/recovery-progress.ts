import { StoreError } from '../errors/store-error';
import type { StoreComponents } from '../store-components';
import type { RecordRedispatcher } from './record-redispatcher';

/** What was made again is written at least as often. */
const WRITE_EVERY_BYTES = 4 * 1024 * 1024;

/**
 * Writes what recovery makes again while it reads the log, and now and then a checkpoint. Disks sync
 * slower than the log is read, so reading goes on meanwhile; one checkpoint is under way at a time.
 */
export class RecoveryProgress {
  private checkpointing: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;
  private readonly checkpointBytes: number;
  private checkpointedAt: number;
  /** How often `reached` is to be called. */
  readonly everyBytes: number;

  constructor(
    private readonly parts: StoreComponents,
    fromOffset: number,
  ) {
    this.checkpointBytes = parts.config.recoveryCheckpointBytes;
    this.everyBytes = Math.min(this.checkpointBytes, WRITE_EVERY_BYTES);
    this.checkpointedAt = fromOffset;
  }

  /** All records below the offset were dispatched. Rejects when a checkpoint failed. */
  async reached(offset: number, redispatcher: RecordRedispatcher): Promise<void> {
    if (this.failure) throw this.failure.error;
    await this.parts.checkpointService.flush();
    const isDue = offset - this.checkpointedAt >= this.checkpointBytes;
    if (!isDue || this.checkpointing || redispatcher.hasLostUnits) return;
    this.checkpointedAt = offset;
    this.checkpointing = this.checkpoint(offset, redispatcher.lastStoreTimestamp)
      .catch((error: unknown) => void (this.failure = { error }))
      .finally(() => (this.checkpointing = undefined));
  }

  /** Waits for the checkpoint that is under way. */
  async end(): Promise<void> {
    await this.checkpointing;
    if (this.failure) throw this.failure.error;
  }

  /** What it covers is fixed before reading goes on. */
  private async checkpoint(offset: number, storeTimestamp: number): Promise<void> {
    const { log, dispatcher, checkpointService, deps } = this.parts;
    dispatcher.dispatchedOffset = offset;
    dispatcher.lastStoreTimestamp = storeTimestamp;
    log.resumeAt(offset, Math.min(log.flushedOffset, offset));
    if (!checkpointService.isPersistWorthwhile) return;
    await checkpointService.persist();
    if (log.readOnlyReason !== undefined) {
      throw new StoreError('STORE_READ_ONLY', log.readOnlyReason);
    }
    deps.logger.info('store recovery goes on', { from: offset, of: log.files.last?.endOffset });
  }
}
