import { Injectable, Logger } from '@nestjs/common';
import { alertKey, type Alert } from './alert';
import type { Webhook } from './webhook';

/** Alerts remembered as firing; past it the oldest is told again when it comes back. */
const MAX_FIRING = 1000;
/** Prometheus repeats what fires; who stays silent for so long was restarted or forgot. */
const FORGET_AFTER_MS = 300_000;

/** Tells of each alert once when it begins and once when it ends. */
@Injectable()
export class AlertService {
  private readonly logger = new Logger('Alerts');
  private readonly firing = new Map<string, number>();

  constructor(private readonly webhook: Webhook | undefined) {}

  async take(alerts: readonly Alert[], nowMs = Date.now()): Promise<void> {
    this.forgetSilent(nowMs);
    const news = alerts.filter((alert) => this.isNews(alert, nowMs));
    for (const alert of news) await this.tell(alert, isOver(alert, nowMs));
  }

  private isNews(alert: Alert, nowMs: number): boolean {
    const key = alertKey(alert);
    if (isOver(alert, nowMs)) return this.firing.delete(key);
    const isNew = !this.firing.has(key);
    this.firing.delete(key);
    this.firing.set(key, nowMs);
    return isNew;
  }

  private forgetSilent(nowMs: number): void {
    for (const [key, lastMs] of this.firing) {
      if (this.firing.size <= MAX_FIRING && nowMs - lastMs < FORGET_AFTER_MS) return;
      this.firing.delete(key);
    }
  }

  /** What cannot be told stays in the log; the next repetition of the alert tries again. */
  private async tell(alert: Alert, isEnd: boolean): Promise<void> {
    const { labels, annotations } = alert;
    const title = `${isEnd ? 'Over' : 'Alert'}: ${labels['alertname'] ?? 'without a name'}`;
    const text = [annotations['summary'], annotations['fix']].filter(Boolean).join('\n');
    this.logger.warn(`${title}: ${text}`);
    try {
      await this.webhook?.tell(title, text);
    } catch (error) {
      this.logger.error(`not told: ${(error as Error).message}`);
      if (!isEnd) this.firing.delete(alertKey(alert));
    }
  }
}

function isOver({ endsAt }: Alert, nowMs: number): boolean {
  const ends = Date.parse(endsAt ?? '');
  return ends > 0 && ends <= nowMs;
}
