import type { PutMessageCallback, PutMessageResult } from '@rocket-nest/store';
import type { BrokerCounters } from '../broker-counters';
import { isStored } from '../processors/put-status-answer';

/** Counts a half message as open once it is stored. */
export class HalfPut implements PutMessageCallback {
  constructor(
    private readonly counters: BrokerCounters,
    private readonly topic: string,
    private readonly callback: PutMessageCallback,
  ) {}

  onPut(result: PutMessageResult): void {
    if (isStored(result.status)) this.counters.transactionsOf(this.topic).halfMessages++;
    this.callback.onPut(result);
  }
}
