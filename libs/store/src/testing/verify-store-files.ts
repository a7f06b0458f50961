import { strict as assert } from 'node:assert';
import { AdvanceableClock, SeededRandom, type FileSystem } from '@rocket-nest/common';
import type { MessageStoreConfig } from '../config/message-store-config';
import { StoreVerifier, type VerifyReport } from '../verify/store-verifier';

/**
 * Ends a test: nothing is wrong with the files of a store that was stopped, or died. After a death
 * what the next start makes again is not judged.
 */
export async function verifyStoreFiles(
  fileSystem: FileSystem,
  config: MessageStoreConfig,
  allowed: readonly string[] = [],
): Promise<VerifyReport> {
  const deps = { fileSystem, clock: new AdvanceableClock(), random: new SeededRandom(1) };
  const report = await new StoreVerifier(config, deps).verify();
  const problems = report.problems.filter((problem) => !allowed.includes(problem));
  assert.deepEqual(problems, [], 'verifyStore finds nothing wrong');
  return report;
}
