export { readConfigText } from './config-text';
export { ProcessLogger } from './process-logger';
export type { LogSink } from './process-logger';
export { parseServerArguments, serverHelp, UsageError } from './server-arguments';
export type { ServerArguments, ServerUsage } from './server-arguments';
export { failStart, runServer } from './server-process';
export type { NestContext, ServerProgram } from './server-process';
export type { HealthReport, MetricsExporter, MetricsExporterOptions } from './metrics';
export { loadMetrics } from './load-metrics';
