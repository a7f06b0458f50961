import { StoreSimulation } from './testing/store-simulation';

/** How many seeds each case runs; more by the environment variable. */
const SEEDS = Number(process.env['STORE_SIMULATION_SEEDS'] ?? 3);
const FIRST_SEED = Number(process.env['STORE_SIMULATION_FIRST_SEED'] ?? 1);

describe('store invariants on a simulated disk', () => {
  const cases = [
    ['SYNC_FLUSH', 'power', 'I1, I2, I3, I4, I5: a power cut takes nothing acknowledged or seen'],
    ['SYNC_FLUSH', 'kill', 'I1, I3, I4, I5: kill -9 takes nothing acknowledged'],
    ['ASYNC_FLUSH', 'kill', 'I3, I4, I5: kill -9 takes nothing acknowledged'],
    ['ASYNC_FLUSH', 'power', 'I3, I4, I5: a power cut takes a suffix only'],
  ] as const;

  const SMALL = {
    mappedFileSizeCommitLog: 8192,
    mappedFileSizeConsumeQueue: 200,
    commitLogChunkBytes: 2048,
    commitLogTailBytes: 4096,
    recoveryCheckpointBytes: 8192,
  };
  const variants = [
    ['as usual', {}],
    ['on a disk that is full now and then', { hasFullDisk: true }],
    ['with small files, full now and then', { hasFullDisk: true, config: SMALL }],
    ['with files that are not preallocated', { config: { ...SMALL, preallocateFiles: false } }],
  ] as const;

  describe.each(variants)('%s', (_, variant) => {
    it.each(cases)('%s, %s: %s', async (flushDiskType, crash) => {
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
        try {
          await new StoreSimulation({ seed, flushDiskType, crash, ...variant }).run(6, 80);
        } catch (error) {
          throw new Error(`seed ${seed} fails: ${(error as Error).message}`, { cause: error });
        }
      }
    });
  });
});
