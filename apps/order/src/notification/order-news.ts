import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { OrderMessage } from '@rocket-nest/seckill';
import { EMPTY, Observable, Subject } from 'rxjs';

/** Buyers listening at a time in one instance; more are asked to come back. */
const MAX_STREAMS = 20_000;

/** One order's new state, as the browser gets it. */
export interface OrderNews extends OrderMessage {
  readonly state: string;
}

/** Hands news of orders to the streams that are open in this instance. */
@Injectable()
export class OrderNewsRoom implements BeforeApplicationShutdown {
  private readonly streams = new Map<string, Set<Subject<OrderNews>>>();
  private count = 0;

  publish(news: OrderNews): void {
    for (const stream of this.streams.get(news.buyerId) ?? []) stream.next(news);
  }

  /** News of this buyer's orders; ends at once when too many listen. */
  of(buyerId: string): Observable<OrderNews> {
    if (this.count >= MAX_STREAMS) return EMPTY;
    return new Observable((subscriber) => {
      const subject = new Subject<OrderNews>();
      const ofBuyer = this.streams.get(buyerId) ?? new Set();
      this.streams.set(buyerId, ofBuyer.add(subject));
      this.count++;
      const subscription = subject.subscribe(subscriber);
      return () => {
        subscription.unsubscribe();
        this.count--;
        ofBuyer.delete(subject);
        if (ofBuyer.size === 0) this.streams.delete(buyerId);
      };
    });
  }

  /** Open streams would keep the server from closing. */
  beforeApplicationShutdown(): void {
    for (const ofBuyer of this.streams.values()) {
      for (const stream of ofBuyer) stream.complete();
    }
  }
}
