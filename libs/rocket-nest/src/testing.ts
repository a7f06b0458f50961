export { RocketTestHarness } from './testing/rocket-test-harness';
export type {
  HarnessAppOptions,
  HarnessModuleMetadata,
  HarnessOptions,
} from './testing/harness-options';
export type { RecordFilter } from './testing/record-list';
export type { RecordedMessage } from './testing/recorded-message';
export type { PublishedMessage } from './testing/published-message';
export type { ConsumedMessage, ConsumedOutcome } from './testing/consumed-message';
export type { DeadLetter } from './testing/dead-letter';
export type { Present, WaitOptions } from './testing/wait-for';
export type { TimeSpan } from './testing/time-span';
export { HarnessTimeoutError } from './testing/harness-timeout-error';
