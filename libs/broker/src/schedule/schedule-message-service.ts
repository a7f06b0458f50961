import { DataVersion, SystemTopic } from '@rocket-nest/common';
import type { Clock, Logger, Timer } from '@rocket-nest/common';
import type { CommitLogDispatcher, DispatchRequest, MessageStore } from '@rocket-nest/store';
import { CoalescedTask } from '../background/coalesced-task';
import { jsonChunks } from '../background/json-chunks';
import { asDataVersion, dataVersionJson, jsonEntriesOf, jsonMember } from '../background/json-read';
import type { JsonTableFile } from '../background/json-table-file';
import { DelayLevelQueue } from './delay-level-queue';
import type { DelayLevels } from './delay-levels';

/** Steps of progress between two changes of the table's version, as in the original. */
const DEFAULT_UPDATE_VERSION_STEP = 200;

/** Longest wait for deliveries under way; what takes longer is delivered again after the start. */
const SHUTDOWN_WAIT_MS = 5_000;

export interface ScheduleMessageServiceDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly messageStore: Pick<
    MessageStore,
    'getMessage' | 'putMessage' | 'minOffsetInQueue' | 'maxOffsetInQueue' | 'addDispatcher'
  >;
  /** `config/delayOffset.json`. */
  readonly file: JsonTableFile;
  readonly levels: DelayLevels;
}

/**
 * Delivers the messages of the delay levels when they are due by wall time. Each level is a queue
 * of its own and waits for nobody. Progress is written at an interval and at shutdown: nothing is
 * lost by a crash, and nothing delivered twice after a clean stop.
 */
export class ScheduleMessageService implements CommitLogDispatcher {
  private readonly offsets = new Map<number, number>();
  private readonly queues = new Map<number, DelayLevelQueue>();
  private readonly persistTask: CoalescedTask;
  private version: DataVersion;
  private stepsSinceVersion = 0;
  private dirty = false;
  private timer: Timer | undefined;

  constructor(
    private readonly deps: ScheduleMessageServiceDeps,
    private readonly updateVersionStep = DEFAULT_UPDATE_VERSION_STEP,
  ) {
    this.version = new DataVersion({ timestamp: deps.clock.wallNow() });
    this.persistTask = new CoalescedTask(() => this.writeFile());
    deps.messageStore.addDispatcher(this);
  }

  get levels(): DelayLevels {
    return this.deps.levels;
  }

  get dataVersion(): DataVersion {
    return this.version;
  }

  /** Next offset to deliver, by level; levels that never delivered are absent. */
  get offsetTable(): ReadonlyMap<number, number> {
    return this.offsets;
  }

  /** Whether a message is due now and not yet delivered. */
  get isDelivering(): boolean {
    for (const queue of this.queues.values()) if (queue.isDelivering) return true;
    return false;
  }

  /** Reads the file, and brings offsets beyond the recovered queues down to their ends. */
  load(): void {
    const content = this.deps.file.load();
    if (content === undefined) return;
    this.version = asDataVersion(jsonMember(content, 'dataVersion'));
    for (const [key, value] of jsonEntriesOf(jsonMember(content, 'offsetTable'))) {
      const level = Number(key);
      const offset = Number(value);
      if (!Number.isInteger(level) || level < 1 || !Number.isSafeInteger(offset)) continue;
      const maxOffset = this.deps.messageStore.maxOffsetInQueue(
        SystemTopic.SCHEDULE_TOPIC,
        level - 1,
      );
      if (offset > maxOffset) this.dirty = true;
      this.offsets.set(level, Math.min(offset, maxOffset));
    }
  }

  /** Begins to deliver, and to write progress every `persistIntervalMs`. */
  start(persistIntervalMs: number): void {
    const { clock, logger, messageStore, levels } = this.deps;
    const onProgress = (level: number, offset: number): void => this.noteProgress(level, offset);
    for (let level = 1; level <= levels.maxLevel; level++) {
      const minOffset = messageStore.minOffsetInQueue(SystemTopic.SCHEDULE_TOPIC, level - 1);
      const offset = Math.max(this.offsets.get(level) ?? 0, minOffset);
      const deps = { clock, logger, messageStore, onProgress };
      this.queues.set(level, new DelayLevelQueue(level, levels.delayMsOf(level), offset, deps));
    }
    for (const queue of this.queues.values()) queue.start();
    this.timer = clock.every(persistIntervalMs, () => {
      this.persist().catch((error: unknown) => {
        logger.error(
          'progress of delayed messages was not written, the next interval tries again',
          {
            error,
          },
        );
      });
    });
  }

  /** Stops, waits for deliveries under way and writes progress; the store must still be open. */
  async shutdown(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    const ends = [...this.queues.values()].map((queue) => queue.shutdown());
    let limit: Timer | undefined;
    const tooLong = new Promise<void>((resolve) => {
      limit = this.deps.clock.after(SHUTDOWN_WAIT_MS, resolve);
    });
    await Promise.race([Promise.all(ends), tooLong]);
    limit?.cancel();
    this.queues.clear();
    await this.persist();
  }

  /** Writes progress when there was some since the last write. */
  persist(): Promise<void> {
    return this.dirty ? this.persistTask.request() : this.persistTask.current();
  }

  /** Sees every stored record; one of a delay level may have to be waited for. */
  dispatch(request: DispatchRequest): void {
    if (request.topic !== SystemTopic.SCHEDULE_TOPIC) return;
    const level = request.queueId + 1;
    const dueMs = this.deps.levels.deliverTimestampOf(level, request.storeTimestamp);
    this.queues.get(level)?.notify(dueMs);
  }

  /** The file's content piece by piece; not pretty is the body of GET_ALL_DELAY_OFFSET (45). */
  jsonChunks(pretty: boolean): Generator<string> {
    const root = { dataVersion: dataVersionJson(this.version), offsetTable: this.offsets };
    return jsonChunks(root, pretty);
  }

  /** `scheduleMessageOffset_<level>` -> `offset,max offset`, for the broker's runtime table. */
  runtimeInfo(): Map<string, string> {
    const info = new Map<string, string>();
    for (const [level, offset] of this.offsets) {
      const maxOffset = this.deps.messageStore.maxOffsetInQueue(
        SystemTopic.SCHEDULE_TOPIC,
        level - 1,
      );
      info.set(`scheduleMessageOffset_${level}`, `${offset},${maxOffset}`);
    }
    return info;
  }

  private noteProgress(level: number, offset: number): void {
    this.offsets.set(level, offset);
    this.dirty = true;
    if (++this.stepsSinceVersion < this.updateVersionStep) return;
    this.stepsSinceVersion = 0;
    this.version = this.version.next(this.deps.clock.wallNow());
  }

  private async writeFile(): Promise<void> {
    this.dirty = false;
    try {
      await this.deps.file.save(this.jsonChunks(true));
    } catch (error) {
      this.dirty = true;
      throw error;
    }
  }
}
