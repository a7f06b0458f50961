import { LabelledHistogram } from './labelled-histogram';
import type { MetricSample } from './metric-family';

/** The original's, in milliseconds. */
const BOUNDS_MS = [1, 3, 5, 7, 10, 100, 1000, 2000, 3000];

export interface RpcLatencyOptions {
  /** Of every sample. */
  readonly labels: Readonly<Record<string, string>>;
  /** Names with their numbers; a number without a name counts as `unknown`. */
  readonly requestCodes: Readonly<Record<string, number>>;
  readonly responseCodes: Readonly<Record<string, number>>;
}

/** The original's histogram of how long requests took, by request and response code. */
export class RpcLatency {
  readonly family: LabelledHistogram;
  private readonly requestNames: ReadonlyMap<number, string>;
  private readonly responseNames: ReadonlyMap<number, string>;

  constructor({ labels, requestCodes, responseCodes }: RpcLatencyOptions) {
    this.family = new LabelledHistogram({
      name: 'rocketmq_rpc_latency_milliseconds',
      help: 'Time from the decoding of a request to its answer.',
      bounds: BOUNDS_MS,
      labelsOf: (key) => ({ ...labels, ...ownLabels(key) }),
    });
    this.requestNames = namesOf(requestCodes);
    this.responseNames = namesOf(responseCodes);
  }

  /** A server's `RpcObserver`. */
  onEnd(
    requestCode: number,
    responseCode: number,
    durationMs: number,
    result: string,
    isLongPolling: boolean,
  ): void {
    // Anybody may send codes that do not exist, in any number.
    const request = this.requestNames.get(requestCode) ?? 'unknown';
    const response = this.responseNames.get(responseCode) ?? 'unknown';
    this.family.observe(`${request} ${response} ${result} ${isLongPolling}`, durationMs);
  }
}

function ownLabels(key: string): NonNullable<MetricSample['labels']> {
  const [request_code, response_code, result, is_long_polling] = key.split(' ');
  return { protocol_type: 'remoting', request_code, response_code, is_long_polling, result };
}

function namesOf(codes: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(codes).map(([name, code]) => [code, name.toLowerCase()]));
}
