import { strict as assert } from 'node:assert';
import { SeededRandom } from '@rocket-nest/common';
import type { FlushDiskType } from '../config/message-store-config';
import { CrashCheck } from './crash-check';
import { CrashSequence, OPERATIONS, type Operation } from './crash-sequence';

export interface ExplorerOptions {
  readonly flushDiskType: FlushDiskType;
  readonly seed: number;
  /** States to look at, spread evenly over the sequences. */
  readonly states: number;
}

/** Unsynced units up to which every subset is looked at, if there are states left for it. */
const MAX_EXHAUSTIVE_UNITS = 12;
/** One state in so many is also cut short while it recovers. */
const CRASH_IN_RECOVERY_ONE_IN = 3;

/**
 * Runs every sequence of up to three operations on a simulated disk, cuts the power, and recovers
 * from what subsets of the unsynced sectors leave. Every choice comes from the seed.
 */
export class CrashStateExplorer {
  states = 0;
  recoveriesCut = 0;

  constructor(private readonly options: ExplorerOptions) {}

  async run(): Promise<void> {
    const sequences = allSequences();
    for (const [index, operations] of sequences.entries()) {
      const share =
        Math.floor((this.options.states * (index + 1)) / sequences.length) - this.states;
      if (share > 0) await this.explore(index, operations, share);
    }
  }

  /** Looks at some states of one sequence; the seed and the sequence say which. */
  async explore(index: number, operations: readonly Operation[], count: number): Promise<void> {
    const { flushDiskType, seed } = this.options;
    const random = new SeededRandom(seed * 1_000_003 + index);
    const sequence = new CrashSequence(flushDiskType, random);
    const before = await sequence.run(operations);
    const units = sequence.disk.unsyncedUnits;
    const names = sequence.disk.unsyncedNames;
    const subsets = subsetsOf(units, count, random);
    for (let state = 0; state < count; state++) {
      this.states++;
      const kept = subsets(state);
      const keptNames = state < 2 ? names * state : random.nextInt(names + 1);
      const disk = sequence.disk.cutPowerKeeping(kept, keptNames);
      const isCutAgain = random.nextInt(CRASH_IN_RECOVERY_ONE_IN) === 0;
      if (isCutAgain) this.recoveriesCut++;
      try {
        await new CrashCheck(flushDiskType, before, random).check(disk, isCutAgain);
      } catch (error) {
        const place = `seed ${seed}, sequence ${index} (${operations.join(', ')}), state ${state}`;
        throw new Error(`${flushDiskType}, ${place}: ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
  }
}

export function allSequences(): Operation[][] {
  const sequences: Operation[][] = [];
  const extend = (prefix: readonly Operation[]): void => {
    for (const operation of OPERATIONS) {
      const sequence = [...prefix, operation];
      sequences.push(sequence);
      if (sequence.length < 3) extend(sequence);
    }
  };
  extend([]);
  return sequences;
}

/** None, all, then every one in turn where there are few, else random ones. */
function subsetsOf(
  units: number,
  count: number,
  random: SeededRandom,
): (state: number) => (unit: number) => boolean {
  assert(units < 100_000, 'so many sectors are unsynced that something else is wrong');
  const isExhaustive = units <= MAX_EXHAUSTIVE_UNITS && count >= 2 ** units;
  return (state) => {
    if (isExhaustive) {
      const mask = state % 2 ** units;
      return (unit) => ((mask >> unit) & 1) === 1;
    }
    if (state < 2) return () => state === 1;
    const kept = Array.from({ length: units }, () => random.nextInt(2) === 0);
    return (unit) => kept[unit];
  };
}
