import { clearTimeout, setTimeout } from 'node:timers';
import type { LeaseBackend } from './lease-backend';

/** Renewals per lease: two may fail before it runs out. */
const RENEWALS_PER_LEASE = 3;

/** Keeps a claim alive while its handler runs. */
export class RunningLease {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly backend: LeaseBackend,
    private readonly key: string,
    private readonly token: string,
    private readonly leaseMs: number,
  ) {
    this.schedule();
  }

  /** After this no renewal begins; one that is under way may still end. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    const delayMs = Math.max(1, Math.floor(this.leaseMs / RENEWALS_PER_LEASE));
    this.timer = setTimeout(() => void this.renew(), delayMs);
    this.timer.unref();
  }

  private async renew(): Promise<void> {
    let ours = true;
    try {
      ours = await this.backend.renew(this.key, this.token, this.leaseMs);
    } catch {
      // The next renewal comes before the lease has run out; if that fails too, the handler's end
      // finds out whether another one has claimed the key.
    }
    if (ours && !this.stopped) this.schedule();
  }
}
