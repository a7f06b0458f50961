export { readConfigText } from './config-text';
export { ProcessLogger } from './process-logger';
export type { LogSink } from './process-logger';
export { parseServerArguments, serverHelp, UsageError } from './server-arguments';
export type { ServerArguments, ServerUsage } from './server-arguments';
export { EngineLifecycle } from './engine-lifecycle';
export type { EngineLifecycleOptions, HostedEngine } from './engine-lifecycle';
export { failStart, nextStopSignal } from './server-process';
export type { NestContext, StoppableEngine } from './server-process';
export { runServerProgram } from './server-program';
export type { ConfiguredServer, ServerProgram } from './server-program';
export type {
  HealthReport,
  LabelledHistogram,
  MetricFamily,
  MetricSample,
  MetricsExporter,
  RpcLatency,
} from './metrics';
export { loadMetrics } from './load-metrics';
