import type { SendResult } from '@rocket-nest/client';
import type { Message } from '@rocket-nest/common';
import type { SendCall, SendInvoke } from './send-wrappers';

/** Sends the messages of a batch in one request. */
export type SendTogether = (messages: readonly Message[]) => Promise<SendResult>;

/**
 * Leads each message of a batch through the wrappers of a single send, and sends all of them in one
 * request, in their order, once every one has come through. A wrapper that throws fails the batch
 * before it is sent; one that returns without sending leaves its message out.
 */
export class BatchGate {
  private readonly arrived: (Message | undefined)[];
  private missing: number;
  private open!: (result: Promise<SendResult>) => void;
  private readonly sent: Promise<SendResult>;

  constructor(
    private readonly messages: readonly Message[],
    private readonly sendTogether: SendTogether,
  ) {
    this.arrived = messages.map(() => undefined);
    this.missing = messages.length;
    this.sent = new Promise((resolve) => {
      this.open = resolve;
    });
    // Nobody waits for it when the first wrapper throws already.
    this.sent.catch(() => undefined);
  }

  /** @param around puts the wrappers around a send. */
  async send(around: (send: SendInvoke) => SendInvoke, call: SendCall): Promise<SendResult> {
    // The client says what is wrong with an empty one.
    if (this.messages.length === 0) return this.sendTogether([]);
    await Promise.all(this.messages.map((_, index) => this.sendOne(index, around, call)));
    return this.sent;
  }

  private async sendOne(
    index: number,
    around: (send: SendInvoke) => SendInvoke,
    call: SendCall,
  ): Promise<void> {
    let came = false;
    const arrive: SendInvoke = async (message) => {
      came = true;
      this.arrived[index] = message;
      this.oneLess();
      return this.resultOf(await this.sent, index);
    };
    try {
      await around(arrive)(this.messages[index], call);
    } catch (error) {
      if (!came) this.open(Promise.reject(error));
      throw error;
    }
    if (!came) this.oneLess();
  }

  private oneLess(): void {
    this.missing--;
    if (this.missing > 0) return;
    this.open(this.sendTogether(this.arrived.filter((message) => message !== undefined)));
  }

  /** Of a batch's result the part of one message: ids are joined by commas, offsets consecutive. */
  private resultOf(result: SendResult, index: number): SendResult {
    const place = this.arrived.slice(0, index).filter((message) => message !== undefined).length;
    return {
      ...result,
      msgId: result.msgId.split(',')[place] ?? result.msgId,
      offsetMsgId: result.offsetMsgId.split(',')[place] ?? result.offsetMsgId,
      queueOffset: result.queueOffset + place,
    };
  }
}
