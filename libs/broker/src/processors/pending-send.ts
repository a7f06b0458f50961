import type {
  Connection,
  CustomHeader,
  ExtFieldWriter,
  RemotingCommand,
} from '@rocket-nest/remoting';
import type { PutMessageCallback, PutMessageResult } from '@rocket-nest/store';

/** What an answer to a send needs of the processor that waits for the store. */
export interface SendAnswerer {
  readonly regionId: string;
  readonly traceOn: string;
  /** Hex of address and port that every offset message id begins with. */
  readonly messageIdPrefix: string;
  onStored(pending: PendingSend, result: PutMessageResult): void;
}

const TWO_POWER_32 = 4_294_967_296;

/** Two upper-case digits for every byte. */
const HEX_OF_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
);

/** A send between its put and its answer: the store's callback and the answer's header in one. */
export class PendingSend implements PutMessageCallback, CustomHeader {
  private result: PutMessageResult | undefined = undefined;

  /**
   * @param response made while the request was there; undefined for a oneway send
   * @param waitStored false when the producer does not care for disks and slaves (WAIT=false)
   * @param topicSaved resolves once the file of topics has a topic that this send made
   */
  constructor(
    private readonly answerer: SendAnswerer,
    readonly connection: Connection,
    readonly response: RemotingCommand | undefined,
    readonly topic: string,
    readonly queueId: number,
    readonly transactionId: string,
    readonly waitStored: boolean,
    readonly topicSaved: Promise<void> | undefined,
  ) {}

  onPut(result: PutMessageResult): void {
    this.result = result;
    this.answerer.onStored(this, result);
  }

  writeTo(writer: ExtFieldWriter): void {
    const result = this.result;
    if (!result) return;
    writer.text('msgId', this.messageIds(result));
    writer.integer('queueId', this.queueId);
    writer.integer('queueOffset', result.queueOffset);
    writer.text('transactionId', this.transactionId);
    writer.text('MSG_REGION', this.answerer.regionId);
    writer.text('TRACE_ON', this.answerer.traceOn);
  }

  private messageIds(result: PutMessageResult): string {
    const prefix = this.answerer.messageIdPrefix;
    if (!result.physicalOffsets) return prefix + hexOfLong(result.physicalOffset);
    return result.physicalOffsets.map((offset) => prefix + hexOfLong(offset)).join(',');
  }
}

/** Sixteen upper-case digits of a position in the commit log. */
function hexOfLong(value: number): string {
  return hexOfInt32(Math.floor(value / TWO_POWER_32)) + hexOfInt32(value >>> 0);
}

function hexOfInt32(value: number): string {
  return (
    HEX_OF_BYTE[value >>> 24] +
    HEX_OF_BYTE[(value >>> 16) & 0xff] +
    HEX_OF_BYTE[(value >>> 8) & 0xff] +
    HEX_OF_BYTE[value & 0xff]
  );
}
