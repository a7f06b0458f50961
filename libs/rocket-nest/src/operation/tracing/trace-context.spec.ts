import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { readSpanContext, readTraceContext, writeTraceContext } from './trace-context';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('the trace context of a message', () => {
  it('is written as W3C text, whatever propagator the application has', () => {
    const properties = new Map([['tracestate', 'old=1']]);
    const span = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
    writeTraceContext(trace.setSpanContext(ROOT_CONTEXT, span), properties);
    expect(Object.fromEntries(properties)).toEqual({ traceparent: `00-${traceId}-${spanId}-01` });
  });

  it('is not written without a span', () => {
    const properties = new Map<string, string>();
    writeTraceContext(ROOT_CONTEXT, properties);
    expect(properties.size).toBe(0);
  });

  it.each([
    [`00-${traceId}-${spanId}-01`, 1],
    [`00-${traceId}-${spanId}-00`, 0],
    [`cc-${traceId}-${spanId}-01-what-the-future-brings`, 1],
  ])('is read from %s', (traceparent, traceFlags) => {
    const properties = new Map([['traceparent', traceparent]]);
    expect(readSpanContext(properties)).toMatchObject({ traceId, spanId, traceFlags });
  });

  it.each([
    '',
    'nonsense',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
  ])('is none in %p', (traceparent) => {
    const context = readTraceContext(new Map([['traceparent', traceparent]]));
    expect(trace.getSpanContext(context)).toBeUndefined();
  });
});
