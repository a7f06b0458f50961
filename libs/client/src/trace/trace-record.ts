import type { LocalTransactionState } from '../producer/transaction/local-transaction-state';

/** Fields are ended by U+0001, records by U+0002. */
const FIELD_END = '\u0001';
const RECORD_END = '\u0002';

/** What kind of message a record is about, by the original's numbers. */
export const TraceMessageType = {
  NORMAL: 0,
  TRANS_HALF: 1,
  TRANS_COMMIT: 2,
  DELAY: 3,
} as const;

/** Numbers for how a listener call ended. */
export const TraceContextCode = {
  SUCCESS: 0,
  TIME_OUT: 1,
  EXCEPTION: 2,
  RETURNNULL: 3,
  FAILED: 4,
} as const;

interface TraceBase {
  readonly regionId: string;
  /** Without namespace, as all names in records. */
  readonly group: string;
  readonly msgId: string;
  readonly keys: string | undefined;
}

export interface PubTrace extends TraceBase {
  readonly type: 'Pub';
  readonly timestampMs: number;
  readonly topic: string;
  readonly tags: string | undefined;
  readonly storeHost: string;
  readonly bodyLength: number;
  readonly costMs: number;
  readonly messageType: number;
  readonly offsetMsgId: string;
  readonly success: boolean;
}

export interface SubBeforeTrace extends TraceBase {
  readonly type: 'SubBefore';
  readonly timestampMs: number;
  readonly requestId: string;
  readonly retryTimes: number;
}

export interface SubAfterTrace extends TraceBase {
  readonly type: 'SubAfter';
  readonly requestId: string;
  readonly costMs: number;
  readonly success: boolean;
  readonly contextCode: number;
  readonly timestampMs: number;
}

export interface EndTransactionTrace extends TraceBase {
  readonly type: 'EndTransaction';
  readonly timestampMs: number;
  readonly topic: string;
  readonly tags: string | undefined;
  readonly storeHost: string;
  readonly transactionId: string;
  readonly state: LocalTransactionState;
  readonly fromTransactionCheck: boolean;
}

export type TraceRecord = PubTrace | SubBeforeTrace | SubAfterTrace | EndTransactionTrace;

/** The record as the Java client writes it; absent texts are the word `null`. */
export function encodeTraceRecord(record: TraceRecord): string {
  return fieldsOf(record)
    .map((field) => String(field ?? null))
    .join(FIELD_END)
    .concat(RECORD_END);
}

function fieldsOf(trace: TraceRecord): readonly unknown[] {
  switch (trace.type) {
    case 'Pub':
      return [
        ...[trace.type, trace.timestampMs, trace.regionId, trace.group, trace.topic, trace.msgId],
        ...[trace.tags, trace.keys, trace.storeHost, trace.bodyLength, trace.costMs],
        ...[trace.messageType, trace.offsetMsgId, trace.success],
      ];
    case 'SubBefore':
      return [
        ...[trace.type, trace.timestampMs, trace.regionId, trace.group, trace.requestId],
        ...[trace.msgId, trace.retryTimes, trace.keys],
      ];
    case 'SubAfter':
      return [
        ...[trace.type, trace.requestId, trace.msgId, trace.costMs, trace.success, trace.keys],
        ...[trace.contextCode, trace.timestampMs, trace.group],
      ];
    case 'EndTransaction':
      return [
        ...[trace.type, trace.timestampMs, trace.regionId, trace.group, trace.topic, trace.msgId],
        ...[trace.tags, trace.keys, trace.storeHost, TraceMessageType.TRANS_COMMIT],
        ...[trace.transactionId, trace.state, trace.fromTransactionCheck],
      ];
  }
}

/** By what a trace is found: the message's unique key and its own keys. */
export function traceKeysOf({ msgId, keys }: TraceRecord): string[] {
  return [msgId, ...(keys ?? '').split(' ').filter((key) => key.length > 0)];
}
