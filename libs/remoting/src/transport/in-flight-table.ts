import type { RemotingCommand } from '../protocol/remoting-command';
import { RemotingError } from '../protocol/remoting-error';
import type { InvokeCallback } from './connection';
import { TimeoutEntry } from './timeout-wheel';
import type { TimeoutWheel } from './timeout-wheel';

/** One request that waits for its answer. */
class InFlightRequest extends TimeoutEntry {
  constructor(
    private readonly table: InFlightTable,
    readonly opaque: number,
    readonly code: number,
    readonly timeoutMs: number,
    readonly callback: InvokeCallback,
  ) {
    super();
  }

  override onTimeout(): void {
    this.table.fail(
      this.opaque,
      new RemotingError(
        'TIMEOUT',
        `no answer to the request ${this.code} from ${this.table.remoteAddress} within ` +
          `${this.timeoutMs} ms`,
      ),
    );
  }
}

/** The requests of one connection that wait for their answers, by opaque. */
export class InFlightTable {
  private readonly requests = new Map<number, InFlightRequest>();
  private nextOpaque = 1;

  constructor(
    readonly remoteAddress: string,
    private readonly wheel: TimeoutWheel,
    private readonly maxInFlight: number,
  ) {}

  get size(): number {
    return this.requests.size;
  }

  get isFull(): boolean {
    return this.requests.size >= this.maxInFlight;
  }

  /** Gives the opaque to send the request with. The table must not be full. */
  add(request: RemotingCommand, timeoutMs: number, callback: InvokeCallback): number {
    const opaque = this.takeOpaque();
    const entry = new InFlightRequest(this, opaque, request.code, timeoutMs, callback);
    this.requests.set(opaque, entry);
    this.wheel.add(entry, timeoutMs);
    return opaque;
  }

  /** False when nobody waits for this answer: it is late, a duplicate, or was never asked for. */
  complete(response: RemotingCommand): boolean {
    const entry = this.take(response.opaque);
    entry?.callback.onResponse(response);
    return entry !== undefined;
  }

  fail(opaque: number, error: RemotingError): void {
    this.take(opaque)?.callback.onError(error);
  }

  failAll(makeError: () => RemotingError): void {
    for (const opaque of [...this.requests.keys()]) this.fail(opaque, makeError());
  }

  takeOpaque(): number {
    const opaque = this.nextOpaque;
    this.nextOpaque = (opaque + 1) & 0x7fffffff;
    return this.requests.has(opaque) ? this.takeOpaque() : opaque;
  }

  private take(opaque: number): InFlightRequest | undefined {
    const entry = this.requests.get(opaque);
    if (entry === undefined) return undefined;
    this.requests.delete(opaque);
    this.wheel.remove(entry);
    return entry;
  }
}
