import { CrashStateExplorer, type ExplorerOptions } from '@rocket-nest/store/testing';

/** States in all; `npm run test:crash-states` looks at two million. */
const states = Number(process.env.STORE_CRASH_STATES ?? 20_000);
const seed = Number(process.env.STORE_CRASH_STATES_SEED ?? Date.now() % 1_000_000);

/** Half of the states, with one way to flush: a file for each, so that they run side by side. */
export function testCrashStates(flushDiskType: ExplorerOptions['flushDiskType']): void {
  describe(`power cuts with ${flushDiskType}`, () => {
    it(
      `every sequence of up to three operations recovers from ${states / 2} states (STORE_CRASH_STATES_SEED=${seed})`,
      async () => {
        const explorer = new CrashStateExplorer({ flushDiskType, seed, states: states / 2 });
        await explorer.run();
        expect(explorer.states).toBe(states / 2);
        expect(explorer.recoveriesCut).toBeGreaterThan(states / 10);
      },
      120_000 + states * 20,
    );
  });
}
