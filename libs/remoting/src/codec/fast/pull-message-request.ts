import type { RemotingCommand } from '../../protocol/remoting-command';
import { FieldSlots } from './field-slots';

/** The header of a pull request. */
export interface PullMessageRequest {
  readonly consumerGroup: string;
  readonly topic: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly maxMsgNums: number;
  readonly sysFlag: number;
  readonly commitOffset: number;
  readonly suspendTimeoutMillis: number;
  readonly subscription: string | undefined;
  readonly subVersion: number;
  readonly expressionType: string | undefined;
  readonly maxMsgBytes: number | undefined;
  readonly requestSource: number | undefined;
  readonly liteTopic: string | undefined;
  readonly proxyFrowardClientId: string | undefined;
}

const NAMES = [
  'consumerGroup',
  'topic',
  'queueId',
  'queueOffset',
  'maxMsgNums',
  'sysFlag',
  'commitOffset',
  'suspendTimeoutMillis',
  'subscription',
  'subVersion',
  'expressionType',
  'maxMsgBytes',
  'requestSource',
  'liteTopic',
  'proxyFrowardClientId',
];

/**
 * Decodes PullMessageRequestHeader without building its ext fields. One instance serves any number
 * of commands, one after the other.
 */
export class PullMessageRequestDecoder {
  private readonly slots = new FieldSlots('PullMessageRequestHeader', NAMES);

  /** Throws HEADER_MISSING_FIELD or HEADER_BAD_FIELD. */
  decode(command: RemotingCommand): PullMessageRequest {
    const { slots } = this;
    slots.scan(command);
    const request = {
      consumerGroup: slots.text(0),
      topic: slots.text(1),
      queueId: slots.int(2),
      queueOffset: slots.long(3),
      maxMsgNums: slots.int(4),
      sysFlag: slots.int(5),
      commitOffset: slots.long(6),
      suspendTimeoutMillis: slots.long(7),
      subscription: slots.optionalText(8),
      subVersion: slots.long(9),
      expressionType: slots.optionalText(10),
      maxMsgBytes: slots.has(11) ? slots.int(11) : undefined,
      requestSource: slots.has(12) ? slots.int(12) : undefined,
      liteTopic: slots.optionalText(13),
      proxyFrowardClientId: slots.optionalText(14),
    };
    slots.release();
    return request;
  }
}
