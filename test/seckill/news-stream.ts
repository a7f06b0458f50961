/** One order's new state, as a browser hears of it. */
export interface News {
  readonly orderId: string;
  readonly state: string;
}

/** A browser's stream of server-sent events. */
export class NewsStream {
  readonly heard: News[] = [];
  private readonly abort = new AbortController();
  private done: Promise<void> = Promise.resolve();

  /** Resolves once the service has accepted the stream. */
  static async open(service: string, token: string): Promise<NewsStream> {
    const stream = new NewsStream();
    const url = `${service}/api/events?token=${encodeURIComponent(token)}`;
    const { body, status } = await fetch(url, { signal: stream.abort.signal });
    if (status !== 200 || !body) throw new Error(`no stream: ${status}`);
    stream.done = stream.read(body).catch(() => undefined);
    return stream;
  }

  statesOf(orderId: string): string[] {
    return this.heard.filter((news) => news.orderId === orderId).map(({ state }) => state);
  }

  async close(): Promise<void> {
    this.abort.abort();
    await this.done;
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const part of body) {
      text += decoder.decode(part, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() as string;
      for (const event of events) this.take(event);
    }
  }

  private take(event: string): void {
    if (!/^event: order$/m.test(event)) return;
    this.heard.push(JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? 'null'));
  }
}
