import * as fs from 'node:fs';
import * as path from 'node:path';

const UNIT_BYTES = 20;
/** Positions in a checkpoint, and their CRC; the times before them have none. */
const CHECKPOINT_FROM = 40;
const CHECKPOINT_TO = 68;

/**
 * What `verifyStore` may still say after a broker ran on the damaged store, by the folder or file
 * that was damaged; of the others it says nothing. Units and index are made again, positions written
 * anew.
 */
const allowedAfterwards: Readonly<Record<string, RegExp>> = {
  // The records that are gone, and the units and index items that were theirs.
  commitlog:
    /^(damaged|body of a record|flipped bit|commit log files? |unit|no unit|index item without|and \d+ more)/,
  // Reading does not compare tags, and nobody looks behind the end of a queue.
  consumequeue: /^(unit has another tags code|units without a record)/,
  checksums: /^(damaged block|flipped bit|damaged checksums)/,
};

/** Whether bytes changed that mean something: `verifyStore` has to tell that. */
export function mustBeTold(pristine: string, damaged: string, file: string, logEnd: number) {
  const before = fs.readFileSync(path.join(pristine, file));
  const copy = path.join(damaged, file);
  const after = fs.existsSync(copy) ? fs.readFileSync(copy) : Buffer.alloc(0);
  const isChanged = (from: number, to: number): boolean => {
    for (let at = from; at < to; at++) if (before[at] !== (after[at] ?? 0)) return true;
    return false;
  };
  switch (file.split(path.sep)[0]) {
    case 'commitlog':
      return isChanged(0, Math.min(before.length, logEnd - Number(path.basename(file))));
    case 'consumequeue':
      for (let at = 0; at < before.length; at += UNIT_BYTES) {
        const isReal = before.subarray(at, at + UNIT_BYTES).some((byte) => byte !== 0);
        if (isReal && isChanged(at, at + UNIT_BYTES)) return true;
      }
      return false;
    case 'queueoffsets':
      // A store of another broker has none.
      return after.length > 0 && isChanged(0, before.length);
    case 'checkpoint':
      return isChanged(CHECKPOINT_FROM, CHECKPOINT_TO);
    case 'index':
      return before.some((byte, at) => byte !== 0 && isChanged(at, at + 1));
    default:
      // A copy, and protection that other stores do without.
      return false;
  }
}

/** Of what is told after a broker ran on the damaged store, that which is not wrong any more. */
export function falseAlarms(file: string, told: readonly string[]): readonly string[] {
  const allowed = allowedAfterwards[file.split(path.sep)[0]];
  return told.filter((problem) => !allowed?.test(problem));
}
