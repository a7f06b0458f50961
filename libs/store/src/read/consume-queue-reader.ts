import { UNIT_BYTES } from '../queue/consume-queue-unit';
import type { ConsumeQueue } from '../queue/consume-queue';
import type { ConsumeQueueFiles } from '../queue/consume-queue-files';
import type { ColdReadGate } from './cold-read-gate';
import { MemoryPool } from './memory-pool';

/** Units read at once for a reader of old messages. */
const WINDOW_UNITS = 800;
const WINDOW_BYTES = WINDOW_UNITS * UNIT_BYTES;

interface UnitWindow {
  readonly buffer: Buffer;
  readonly startOffset: number;
  readonly endOffset: number;
}

/**
 * Finds units by queue offset: in the queue's tail, or in the window last read for that queue.
 * `locate` answers at once and leaves the place in `buffer`, `position` and `count`.
 */
export class ConsumeQueueReader {
  buffer: Buffer = Buffer.alloc(0);
  position = 0;
  /** Units from `position` on that are in memory and visible. */
  count = 0;
  private readonly windows = new Map<ConsumeQueue, UnitWindow>();
  private readonly pool: MemoryPool;
  private bytes = 0;

  constructor(
    private readonly files: ConsumeQueueFiles,
    private readonly gate: ColdReadGate,
    private readonly maxBytes: number,
  ) {
    this.pool = new MemoryPool(WINDOW_BYTES, Math.ceil(maxBytes / WINDOW_BYTES));
  }

  locate(queue: ConsumeQueue, offset: number): boolean {
    if (queue.tail !== undefined && offset >= queue.tailBase) {
      this.buffer = queue.tail;
      this.position = (offset - queue.tailBase) * UNIT_BYTES;
      this.count = queue.maxOffset - offset;
      return true;
    }
    const window = this.windows.get(queue);
    if (!window || offset < window.startOffset || offset >= window.endOffset) return false;
    this.buffer = window.buffer;
    this.position = (offset - window.startOffset) * UNIT_BYTES;
    this.count = Math.min(window.endOffset, queue.maxOffset) - offset;
    return true;
  }

  /** Reads a window of written units from `offset` on; false when there is nothing to read. */
  async load(queue: ConsumeQueue, offset: number): Promise<boolean> {
    const units = Math.min(WINDOW_UNITS, queue.flushedOffset - offset);
    if (units <= 0) return false;
    const buffer = this.pool.take();
    const wanted = buffer.subarray(0, units * UNIT_BYTES);
    const count = await this.gate.run(() => this.files.read(queue, offset, wanted));
    if (count === 0) {
      this.pool.give(buffer);
      return false;
    }
    this.forget(queue);
    this.windows.set(queue, { buffer, startOffset: offset, endOffset: offset + count });
    this.bytes += WINDOW_BYTES;
    for (const oldest of this.windows.keys()) {
      if (this.bytes <= this.maxBytes || this.windows.size === 1) break;
      this.forget(oldest);
    }
    return true;
  }

  forget(queue: ConsumeQueue): void {
    const window = this.windows.get(queue);
    if (!window) return;
    this.windows.delete(queue);
    this.bytes -= WINDOW_BYTES;
    this.pool.give(window.buffer);
  }
}
