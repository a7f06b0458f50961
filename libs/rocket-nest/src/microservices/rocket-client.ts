import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import type { SendResult } from '@rocket-nest/client';
import type { ProducerService } from '../producer/producer.service';
import type { MessageOptions } from '../producer/send-options';
import { destinationOfPattern, patternHeaders } from './pattern-destination';
import { readReply } from './reply';
import { RocketRecord } from './rocket-record';
import type { RocketClientProxyOptions } from './rocket-transport-options';
import { transportConnection, type TransportConnection } from './transport-connection';

/** A packet as the producer sends it. */
interface Outgoing {
  readonly destination: ReturnType<typeof destinationOfPattern>;
  readonly data: unknown;
  readonly options: MessageOptions & { timeoutMs?: number };
}

/**
 * The client for `ClientsModule.register([{ name, customClass: RocketClient, options }])`. `emit`
 * ends with the `SendResult` once the broker has the event; `send` gives what the handler returned,
 * or its error, or fails with REQUEST_TIMEOUT when none answered in time.
 */
export class RocketClient extends ClientProxy {
  private shared: TransportConnection | undefined;

  constructor(private readonly options: RocketClientProxyOptions) {
    super();
  }

  connect(): Promise<ProducerService> {
    if (!this.shared) {
      this.shared = transportConnection(this.options);
      this._status$.next('connected');
    }
    return Promise.resolve(this.shared.producer);
  }

  async close(): Promise<void> {
    const { shared } = this;
    this.shared = undefined;
    await shared?.close();
    this._status$.next('disconnected');
  }

  /** The `ProducerService`, from `connect` on. */
  unwrap<T = ProducerService>(): T {
    if (this.shared) return this.shared.producer as T;
    throw new Error('RocketClient is not connected yet: call connect() first');
  }

  protected publish(packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    const abort = new AbortController();
    this.request(packet, abort.signal).then(
      (reply) => {
        if (!reply.values) {
          callback({ err: reply.error, isDisposed: true });
          return;
        }
        for (const response of reply.values) callback({ response });
        callback({ isDisposed: true } as WritePacket);
      },
      (err: unknown) => callback({ err, isDisposed: true }),
    );
    return () => abort.abort();
  }

  protected async dispatchEvent<T = SendResult>(packet: ReadPacket): Promise<T> {
    const { destination, data, options } = this.outgoing(packet);
    const producer = await this.connect();
    return (await producer.send(destination, data, options)) as T;
  }

  private async request(
    packet: ReadPacket,
    signal: AbortSignal,
  ): Promise<ReturnType<typeof readReply>> {
    const { destination, data, options } = this.outgoing(packet);
    if (options.delay !== undefined) throw new TypeError('a request cannot have a delay');
    const producer = await this.connect();
    const reply = await producer.requestMessage(destination, data, { ...options, signal });
    return readReply(reply, producer.decode(reply));
  }

  private outgoing({ pattern, data }: ReadPacket): Outgoing {
    const name = this.normalizePattern(pattern as string);
    const destination = destinationOfPattern(name, this.options.destinationOf);
    const record = isRecord(data) ? data : new RocketRecord<unknown>(data);
    const headers = { ...record.options.headers, ...patternHeaders(name, destination) };
    const { timeoutMs } = this.options;
    return { destination, data: record.data, options: { ...record.options, headers, timeoutMs } };
  }
}

function isRecord(data: unknown): data is RocketRecord {
  return data instanceof RocketRecord;
}
