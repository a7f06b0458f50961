import {
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  trace,
  type Context,
  type SpanContext,
} from '@opentelemetry/api';

/*
 * A traceparent, as W3C Trace Context version 00 has it:
 *
 *    00 - trace id, 32 hex - span id, 16 hex - flags, 2 hex (bit 0: sampled)
 */
const TRACEPARENT = 'traceparent';
const TRACESTATE = 'tracestate';
const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

type Properties = Map<string, string>;

const getter = {
  keys: (carrier: Properties): string[] => [...carrier.keys()],
  get: (carrier: Properties, key: string): string | undefined => carrier.get(key),
};
const setter = {
  set: (carrier: Properties, key: string, value: string): void => {
    // An empty property cannot be sent.
    if (value !== '') carrier.set(key, value);
  },
};

/**
 * Writes the span of `context` into message properties: as `traceparent` and `tracestate` in any
 * case, and whatever else the propagator of the application writes (baggage, B3).
 */
export function writeTraceContext(context: Context, properties: Properties): void {
  propagation.inject(context, properties, setter);
  const span = trace.getSpanContext(context);
  if (!span || !isSpanContextValid(span)) return;
  const flags = (span.traceFlags & 0xff).toString(16).padStart(2, '0');
  properties.set(TRACEPARENT, `00-${span.traceId}-${span.spanId}-${flags}`);
  const state = span.traceState?.serialize();
  if (state) properties.set(TRACESTATE, state);
  else properties.delete(TRACESTATE);
}

/** The context that a message was sent in; the root context when it names none. */
export function readTraceContext(properties: Properties): Context {
  const extracted = propagation.extract(ROOT_CONTEXT, properties, getter);
  if (trace.getSpanContext(extracted)) return extracted;
  const span = parseTraceparent(properties.get(TRACEPARENT));
  return span ? trace.setSpanContext(extracted, span) : extracted;
}

/** The span that a message was sent by, undefined when it names none. */
export function readSpanContext(properties: Properties): SpanContext | undefined {
  return trace.getSpanContext(readTraceContext(properties));
}

function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const [, version, traceId, spanId, flags, more] = FORM.exec(text ?? '') ?? [];
  if (!version || !traceId || !spanId || !flags) return undefined;
  // Later versions may say more; version 00 must not, and ff is none.
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  const span = { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(span) ? span : undefined;
}
