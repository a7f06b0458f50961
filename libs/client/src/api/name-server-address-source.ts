import type { IncomingMessage } from 'node:http';
import { errorMessageOf, type Clock, type Logger, type Timer } from '@rocket-nest/common';
import { ClientError } from '../errors/client-error';

const REFRESH_INTERVAL_MS = 120_000;
const TIMEOUT_MS = 3000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** Asks an HTTP address server for the list of name servers, now and then again. */
export class NameServerAddressSource {
  private timer: Timer | undefined;
  private underWay: Promise<void> | undefined;

  constructor(
    private readonly url: string,
    private readonly onAddresses: (list: string) => void,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    if (!/^https?:\/\//.test(url)) {
      throw new ClientError(
        'OPTION_ILLEGAL',
        `nameServerAddressUrl is '${url}': give an http:// or https:// address`,
      );
    }
  }

  start(): void {
    this.timer = this.clock.every(REFRESH_INTERVAL_MS, () => {
      this.fetch().catch((error: unknown) =>
        this.logger.warn(`name servers stay as they are: ${errorMessageOf(error)}`),
      );
    });
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** Asks now; calls share one request. Rejects with NAME_SERVER_UNREACHABLE. */
  fetch(): Promise<void> {
    this.underWay ??= this.ask()
      .then((list) => this.onAddresses(list))
      .catch((cause: unknown) => {
        throw new ClientError(
          'NAME_SERVER_UNREACHABLE',
          `the address server ${this.url} gives no list of name servers: ${errorMessageOf(cause)}`,
          { cause },
        );
      })
      .finally(() => {
        this.underWay = undefined;
      });
    return this.underWay;
  }

  private ask(): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = httpOf(this.url).get(this.url, { agent: false }, (response) => {
        readText(response).then(resolve, reject);
      });
      const timer = this.clock.after(TIMEOUT_MS, () =>
        request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)),
      );
      request.once('error', reject);
      request.once('close', () => timer.cancel());
    });
  }
}

/** HTTP is loaded only by those who use an address server. */
function httpOf(url: string): Pick<typeof import('node:http'), 'get'> {
  if (url.startsWith('https:')) {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require('node:https') as typeof import('node:https');
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('node:http') as typeof import('node:http');
}

async function readText(response: IncomingMessage): Promise<string> {
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`it answered with status ${response.statusCode}`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES)
      throw new Error(`it answered more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8').trim();
  if (text === '') throw new Error('its answer is empty');
  return text;
}
