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
