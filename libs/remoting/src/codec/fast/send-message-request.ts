import type { RemotingCommand } from '../../protocol/remoting-command';
import { RequestCode } from '../../protocol/request-code';
import { FieldSlots } from './field-slots';

/** The header of a send request, in whichever of its two forms it came. */
export interface SendMessageRequest {
  readonly producerGroup: string;
  readonly topic: string;
  readonly defaultTopic: string;
  readonly defaultTopicQueueNums: number;
  readonly queueId: number;
  readonly sysFlag: number;
  /** Milliseconds since the epoch, by the producer's clock. */
  readonly bornTimestamp: number;
  readonly flag: number;
  /** The message properties as encoded on the wire; valid as long as the frame. */
  readonly properties: Buffer;
  readonly reconsumeTimes: number;
  readonly unitMode: boolean;
  /** Undefined when the producer leaves the limit to the broker. */
  readonly maxReconsumeTimes: number | undefined;
  /** The body holds several messages. */
  readonly batch: boolean;
  readonly brokerName: string | undefined;
}

const LONG_NAMES = [
  'producerGroup',
  'topic',
  'defaultTopic',
  'defaultTopicQueueNums',
  'queueId',
  'sysFlag',
  'bornTimestamp',
  'flag',
  'properties',
  'reconsumeTimes',
  'unitMode',
  'maxReconsumeTimes',
  'batch',
  'bname',
];
const SHORT_NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n'];

const LONG_NAME_CODES: ReadonlySet<number> = new Set([
  RequestCode.SEND_MESSAGE,
  RequestCode.SEND_REPLY_MESSAGE,
]);

/**
 * Decodes the headers of codes 10 and 324 (SendMessageRequestHeader) and of 310, 320 and 325
 * (SendMessageRequestHeaderV2) without building their ext fields. One instance serves any number of
 * commands, one after the other.
 */
export class SendMessageRequestDecoder {
  private readonly longSlots = new FieldSlots('SendMessageRequestHeader', LONG_NAMES);
  private readonly shortSlots = new FieldSlots('SendMessageRequestHeaderV2', SHORT_NAMES);

  /** Throws HEADER_MISSING_FIELD or HEADER_BAD_FIELD. */
  decode(command: RemotingCommand): SendMessageRequest {
    const slots = LONG_NAME_CODES.has(command.code) ? this.longSlots : this.shortSlots;
    slots.scan(command);
    const request = {
      producerGroup: slots.text(0),
      topic: slots.text(1),
      defaultTopic: slots.text(2),
      defaultTopicQueueNums: slots.int(3),
      queueId: slots.int(4),
      sysFlag: slots.int(5),
      bornTimestamp: slots.long(6),
      flag: slots.int(7),
      properties: slots.buffer(8),
      reconsumeTimes: slots.intOr(9, 0),
      unitMode: slots.bool(10),
      maxReconsumeTimes: slots.has(11) ? slots.int(11) : undefined,
      batch: slots.bool(12),
      brokerName: slots.optionalText(13),
    };
    slots.release();
    return request;
  }
}
