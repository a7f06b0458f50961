import { Controller, Sse, UseGuards, type MessageEvent } from '@nestjs/common';
import { BuyerGuard, BuyerId } from '@rocket-nest/seckill';
import { interval, map, merge, type Observable } from 'rxjs';
import { OrderNewsRoom } from './order-news';

/** Proxies close streams in which nothing happens. */
const HEARTBEAT_MS = 15_000;

@Controller('api/events')
@UseGuards(BuyerGuard)
export class OrderNewsController {
  constructor(private readonly room: OrderNewsRoom) {}

  /** The buyer's orders as they change, as server-sent events. */
  @Sse()
  events(@BuyerId() buyerId: string): Observable<MessageEvent> {
    const news = this.room.of(buyerId).pipe(map((data) => ({ type: 'order', data })));
    const heartbeats = interval(HEARTBEAT_MS).pipe(map(() => ({ type: 'heartbeat', data: '' })));
    return merge(news, heartbeats);
  }
}
