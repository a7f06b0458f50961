import type { ModuleMetadata } from '@nestjs/common';
import type { TestingModuleBuilder } from '@nestjs/testing';

/** How a harness is set up. */
export interface HarnessOptions {
  /** Properties of broker.conf, such as `{ autoCreateTopicEnable: 'false' }`. */
  brokerProperties?: Readonly<Record<string, string>>;
  /**
   * Longest real time that `advanceTime` and `settle` give to what is under way, such as a listener
   * that waits for the test itself, in milliseconds. Default 3000.
   */
  settleTimeoutMs?: number;
}

/** How a harness makes the application that it tests. */
export interface HarnessAppOptions extends HarnessOptions {
  /** Replaces providers before the application is made: `(builder) => builder.overrideProvider(...)`. */
  configure?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
}

/** What `Test.createTestingModule` takes. */
export type HarnessModuleMetadata = ModuleMetadata;
