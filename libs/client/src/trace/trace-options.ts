import { SystemTopic } from '@rocket-nest/common';

/** Message trace, as the Java client writes it. */
export interface TraceOptions {
  /** Whether what happens to each message is written to the trace topic. Default false. */
  enableMsgTrace?: boolean | undefined;
  /** Where traces are written. Default RMQ_SYS_TRACE_TOPIC, which brokers make with traceTopicEnable. */
  customizedTraceTopic?: string | undefined;
}

/** The topic to trace to, undefined without tracing. */
export function traceTopicOf(options: TraceOptions): string | undefined {
  if (!options.enableMsgTrace) return undefined;
  return options.customizedTraceTopic ?? SystemTopic.TRACE_TOPIC;
}
