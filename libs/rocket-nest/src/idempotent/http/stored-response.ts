import { isStream, plainOf } from './response-body';
import type { HttpResponse } from './http-exchange';

/** What is kept of the first response to a key. */
export interface StoredResponse {
  readonly fingerprint: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent when the handler gave none. */
  readonly body?: unknown;
  /** The body was too large, or bytes or a stream, and is not kept. */
  readonly bodyOmitted?: true;
}

const KEPT_HEADERS = ['content-type', 'etag', 'location'];

/** The text to keep of a response whose handler gave `body`. */
export function storeResponse(
  fingerprint: string,
  response: HttpResponse,
  body: unknown,
  maxBodyBytes: number,
): string {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = response.getHeader(name);
    if (typeof value === 'string') headers[name] = value;
  }
  const stored: StoredResponse = { fingerprint, status: response.statusCode, headers };
  if (body === undefined || body === null) return JSON.stringify(stored);
  const omitted = JSON.stringify({ ...stored, bodyOmitted: true });
  if (isStream(body)) return omitted;
  const plain = plainOf(body);
  const text = JSON.stringify(plain);
  if (text === undefined || Buffer.byteLength(text) > maxBodyBytes) return omitted;
  return JSON.stringify({ ...stored, body: plain });
}

export function readStoredResponse(text: string): StoredResponse {
  return JSON.parse(text) as StoredResponse;
}
