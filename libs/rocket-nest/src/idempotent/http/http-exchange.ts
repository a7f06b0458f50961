/** What is used of a request of Express or Fastify. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  /** Express: the URL before routers took their part off. */
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
  readonly user?: unknown;
}

/** What is used of a response of Express or a reply of Fastify. */
export interface HttpResponse {
  readonly statusCode: number;
  status(code: number): unknown;
  header(name: string, value: string): unknown;
  getHeader(name: string): unknown;
}
