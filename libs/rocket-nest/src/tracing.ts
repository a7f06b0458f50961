export { RocketTracingModule } from './operation/tracing/rocket-tracing.module';
export type { RocketTracingOptions } from './operation/tracing/rocket-tracing.module';
export { readTraceContext, writeTraceContext } from './operation/tracing/trace-context';
