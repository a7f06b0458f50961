export { RecordParser } from './commitlog/record-parser';
export { PropertyScanner } from './commitlog/property-scanner';
export type { ProcessProbe } from './checkpoint/process-probe';
export { SimulatedFileSystem } from './testing/simulated-file-system';
export type { SimulatedOperation } from './testing/simulated-file-system';
