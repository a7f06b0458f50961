/** Whose shape the webhook expects. */
export type WebhookKind = 'slack' | 'dingtalk';

const TIMEOUT_MS = 10_000;
const TRIES = 3;

/** A chat's address for messages. */
export class Webhook {
  constructor(
    private readonly url: string,
    private readonly kind: WebhookKind,
  ) {}

  /** Rejects when the chat did not take it after three tries. */
  async tell(title: string, text: string): Promise<void> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.post(bodyOf(this.kind, title, text));
      } catch (error) {
        if (tried === TRIES) throw error;
      }
    }
  }

  private async post(body: object): Promise<void> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
  }
}

export function bodyOf(kind: WebhookKind, title: string, text: string): object {
  if (kind === 'slack') return { text: `*${title}*\n${text}` };
  return { msgtype: 'markdown', markdown: { title, text: `### ${title}\n\n${text}` } };
}
