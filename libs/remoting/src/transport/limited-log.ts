import type { Clock, Logger } from '@rocket-nest/common';

const WINDOW_MS = 1000;
const LINES_PER_WINDOW = 5;

/** Warnings that a hostile peer could cause without end: some per second are logged, the rest counted. */
export class LimitedLog {
  private windowStartMs = -Infinity;
  private lines = 0;
  private suppressed = 0;

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  warn(message: string, fields: Readonly<Record<string, unknown>>): void {
    const nowMs = this.clock.monotonicNow();
    if (nowMs - this.windowStartMs >= WINDOW_MS) {
      this.windowStartMs = nowMs;
      this.lines = 0;
    }
    if (this.lines >= LINES_PER_WINDOW) {
      this.suppressed++;
      return;
    }
    this.lines++;
    const { suppressed } = this;
    this.suppressed = 0;
    this.logger.warn(message, suppressed > 0 ? { ...fields, suppressedLines: suppressed } : fields);
  }
}
