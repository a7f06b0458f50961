import type { MessageExt } from '@rocket-nest/common';
import { ClientError } from '../../errors/client-error';

/** Requests of one client that wait for their replies at a time. */
const MAX_PENDING = 65_535;

/** The requests of a client whose replies have not come, by correlation id. */
export class PendingReplies {
  private readonly waiting = new Map<string, (reply: MessageExt) => void>();

  /** Resolves with the reply. Pair it with `forget`. Throws PRODUCER_BUSY past the limit. */
  expect(correlationId: string): Promise<MessageExt> {
    if (this.waiting.size >= MAX_PENDING) {
      throw new ClientError('PRODUCER_BUSY', `${MAX_PENDING} requests wait for replies already`);
    }
    return new Promise((resolve) => this.waiting.set(correlationId, resolve));
  }

  forget(correlationId: string): void {
    this.waiting.delete(correlationId);
  }

  /** False when nobody waits for it (any more). */
  deliver(correlationId: string, reply: MessageExt): boolean {
    const resolve = this.waiting.get(correlationId);
    if (!resolve) return false;
    this.waiting.delete(correlationId);
    resolve(reply);
    return true;
  }
}
