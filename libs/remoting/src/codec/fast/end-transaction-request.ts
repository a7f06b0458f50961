import type { RemotingCommand } from '../../protocol/remoting-command';
import { FieldSlots } from './field-slots';

/** The header of END_TRANSACTION (37). */
export interface EndTransactionRequest {
  readonly topic: string | undefined;
  readonly producerGroup: string;
  /** Offset of the half message in the half queue. */
  readonly tranStateTableOffset: number;
  /** Position of the half message in the commit log. */
  readonly commitLogOffset: number;
  /** 8 commit, 12 rollback, 0 not known yet. */
  readonly commitOrRollback: number;
  /** It answers a check of the broker. */
  readonly fromTransactionCheck: boolean;
}

const NAMES = [
  'topic',
  'producerGroup',
  'tranStateTableOffset',
  'commitLogOffset',
  'commitOrRollback',
  'fromTransactionCheck',
];

/**
 * Decodes EndTransactionRequestHeader without building its ext fields. One instance serves any
 * number of commands, one after the other.
 */
export class EndTransactionRequestDecoder {
  private readonly slots = new FieldSlots('EndTransactionRequestHeader', NAMES);

  /** Throws HEADER_MISSING_FIELD or HEADER_BAD_FIELD. */
  decode(command: RemotingCommand): EndTransactionRequest {
    const { slots } = this;
    slots.scan(command);
    const request = {
      topic: slots.optionalText(0),
      producerGroup: slots.text(1),
      tranStateTableOffset: slots.long(2),
      commitLogOffset: slots.long(3),
      commitOrRollback: slots.int(4),
      fromTransactionCheck: slots.bool(5),
    };
    slots.release();
    return request;
  }
}
