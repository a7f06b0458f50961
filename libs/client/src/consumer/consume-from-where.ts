/** Where a group begins on a queue of which no offset is stored. */
export const ConsumeFromWhere = {
  /** At the end: with the next message that is sent. */
  CONSUME_FROM_LAST_OFFSET: 'CONSUME_FROM_LAST_OFFSET',
  /** With the oldest message that is still there. */
  CONSUME_FROM_FIRST_OFFSET: 'CONSUME_FROM_FIRST_OFFSET',
  /** With the first message stored at `consumeTimestampMs` or later. */
  CONSUME_FROM_TIMESTAMP: 'CONSUME_FROM_TIMESTAMP',
} as const;
export type ConsumeFromWhere = (typeof ConsumeFromWhere)[keyof typeof ConsumeFromWhere];
