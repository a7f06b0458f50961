import type { Clock } from '@rocket-nest/common';
import type { RemotingCommand } from '../protocol/remoting-command';

/** How a request ended, by the original's words for its metrics. */
export type RpcResult = 'success' | 'oneway' | 'write_channel_failed';

/** Told of every request that a server has answered, for metrics. */
export interface RpcObserver {
  /** `durationMs`: from its decoding to its answer being queued; oneway: to the end of its handler. */
  onEnd(
    requestCode: number,
    responseCode: number,
    durationMs: number,
    result: RpcResult,
    isLongPolling: boolean,
  ): void;
}

/** Requests of one connection whose time is taken at once; further ones are not observed. */
const MAX_TIMED_REQUESTS = 65_536;

/** Takes the time of the requests of one connection; made only where somebody observes them. */
export class RpcTimes {
  private readonly pending = new Map<number, { readonly code: number; readonly startMs: number }>();

  constructor(
    private readonly clock: Pick<Clock, 'monotonicNow'>,
    private readonly observer: RpcObserver,
  ) {}

  /** `startMs`: monotonic. */
  begin({ code, opaque, isOneway }: RemotingCommand, startMs: number): void {
    if (isOneway || this.pending.size >= MAX_TIMED_REQUESTS) return;
    this.pending.set(opaque, { code, startMs });
  }

  answered(response: RemotingCommand, isOpen: boolean): void {
    const request = this.pending.get(response.opaque);
    if (request === undefined) return;
    this.pending.delete(response.opaque);
    const durationMs = this.clock.monotonicNow() - request.startMs;
    const result = isOpen ? 'success' : 'write_channel_failed';
    this.observer.onEnd(request.code, response.code, durationMs, result, response.suspended);
  }

  handledOneway(requestCode: number, startMs: number): void {
    const durationMs = this.clock.monotonicNow() - startMs;
    this.observer.onEnd(requestCode, 0, durationMs, 'oneway', false);
  }
}
