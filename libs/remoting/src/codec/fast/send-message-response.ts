import { isPlainAscii } from '../../protocol/plain-ascii';
import type { CustomHeader, ExtFieldWriter } from '../../protocol/ext-field-writer';

/** SendMessageResponseHeader, written without a Map; set it as an answer's `customHeader`. */
export class SendMessageResponse implements CustomHeader {
  transactionId: string | undefined = undefined;
  batchUniqId: string | undefined = undefined;
  recallHandle: string | undefined = undefined;

  constructor(
    readonly msgId: string,
    readonly queueId: number,
    readonly queueOffset: number,
    /** Written as MSG_REGION, with TRACE_ON, when given. */
    readonly regionId?: string,
    readonly traceOn = true,
  ) {}

  writeTo(writer: ExtFieldWriter): void {
    if (writer.json !== undefined && this.isPlain()) writer.json(this.jsonMembers());
    else this.writeFields(writer);
  }

  /** The usual answer: nothing optional, nothing to escape. */
  private isPlain(): boolean {
    return (
      this.transactionId === undefined &&
      this.batchUniqId === undefined &&
      this.recallHandle === undefined &&
      isPlainAscii(this.msgId) &&
      (this.regionId === undefined || isPlainAscii(this.regionId))
    );
  }

  private jsonMembers(): string {
    const region =
      this.regionId === undefined
        ? ''
        : `"MSG_REGION":"${this.regionId}","TRACE_ON":"${this.traceOn}",`;
    return (
      `${region}"msgId":"${this.msgId}","queueId":"${this.queueId}",` +
      `"queueOffset":"${this.queueOffset}"`
    );
  }

  private writeFields(writer: ExtFieldWriter): void {
    if (this.regionId !== undefined) {
      writer.text('MSG_REGION', this.regionId);
      writer.text('TRACE_ON', this.traceOn ? 'true' : 'false');
    }
    writer.text('msgId', this.msgId);
    writer.integer('queueId', this.queueId);
    writer.integer('queueOffset', this.queueOffset);
    if (this.transactionId !== undefined) writer.text('transactionId', this.transactionId);
    if (this.batchUniqId !== undefined) writer.text('batchUniqId', this.batchUniqId);
    if (this.recallHandle !== undefined) writer.text('recallHandle', this.recallHandle);
  }
}
