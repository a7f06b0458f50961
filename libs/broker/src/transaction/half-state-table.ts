import { strict as assert } from 'node:assert';

/** What became of a half message. `CLOSED`: it ended some other way than by a commit seen here. */
export const HalfState = { OPEN: 0, ENDING: 1, COMMITTED: 2, CLOSED: 3 } as const;
export type HalfState = (typeof HalfState)[keyof typeof HalfState];

/** Offsets of one piece of the table. */
const PIECE_OFFSETS = 65_536;
const OFFSETS_PER_BYTE = 4;

/** For every byte of four states: the first that is OPEN, or the first not yet ended; 4 = none. */
const FIRST_OPEN = firstInByte((state) => state === HalfState.OPEN);
const FIRST_UNENDED = firstInByte(
  (state) => state === HalfState.OPEN || state === HalfState.ENDING,
);

/**
 * The states of the half messages from `start` on, two bits each; whatever was never set is OPEN.
 * Thirty thousand transactions a second cost seven kilobytes a second until `start` moves on.
 */
export class HalfStateTable {
  private readonly pieces: (Uint8Array | undefined)[] = [];
  private firstPiece: number;
  private startOffset: number;

  constructor(start: number) {
    assert(Number.isSafeInteger(start) && start >= 0, 'a queue offset is a whole number from 0');
    this.startOffset = start;
    this.firstPiece = Math.floor(start / PIECE_OFFSETS);
  }

  /** States of offsets below are not kept. */
  get start(): number {
    return this.startOffset;
  }

  get(offset: number): HalfState {
    assert(offset >= this.startOffset, 'the state of this offset is not kept any more');
    const piece = this.pieces[Math.floor(offset / PIECE_OFFSETS) - this.firstPiece];
    if (!piece) return HalfState.OPEN;
    const at = offset % PIECE_OFFSETS;
    const byte = piece[at >> 2];
    return ((byte >> ((at & 3) << 1)) & 3) as HalfState;
  }

  /** Offsets below `start` are left alone. */
  set(offset: number, state: HalfState): void {
    if (offset < this.startOffset) return;
    const index = Math.floor(offset / PIECE_OFFSETS) - this.firstPiece;
    let piece = this.pieces[index];
    if (!piece) {
      while (this.pieces.length < index) this.pieces.push(undefined);
      this.pieces[index] = piece = new Uint8Array(PIECE_OFFSETS / OFFSETS_PER_BYTE);
    }
    const at = offset % PIECE_OFFSETS;
    const shift = (at & 3) << 1;
    piece[at >> 2] = (piece[at >> 2] & ~(3 << shift)) | (state << shift);
  }

  /** The first OPEN offset from `from` on; `end` when there is none below it. */
  nextOpen(from: number, end: number): number {
    return this.find(from, end, FIRST_OPEN, HalfState.OPEN);
  }

  /** The first offset that has not ended; `end` when all below it have. */
  firstUnended(end: number): number {
    return this.find(this.startOffset, end, FIRST_UNENDED, HalfState.ENDING);
  }

  /** Forgets the states below `offset`. */
  moveStart(offset: number): void {
    assert(offset >= this.startOffset, 'the start only moves on');
    this.startOffset = offset;
    const firstPiece = Math.floor(offset / PIECE_OFFSETS);
    this.pieces.splice(0, firstPiece - this.firstPiece);
    this.firstPiece = firstPiece;
  }

  /** Finds a state of at most `highest`. */
  private find(from: number, end: number, firstOf: Uint8Array, highest: HalfState): number {
    let offset = Math.max(from, this.startOffset);
    while (offset < end) {
      const piece = this.pieces[Math.floor(offset / PIECE_OFFSETS) - this.firstPiece];
      if (!piece) return offset;
      let at = offset % PIECE_OFFSETS;
      const pieceStart = offset - at;
      for (; (at & 3) !== 0 && at < PIECE_OFFSETS; at++) {
        if (((piece[at >> 2] >> ((at & 3) << 1)) & 3) <= highest) {
          return Math.min(pieceStart + at, end);
        }
      }
      for (let byte = at >> 2; byte < piece.length; byte++) {
        const first = firstOf[piece[byte]];
        if (first < OFFSETS_PER_BYTE) return Math.min(pieceStart + byte * 4 + first, end);
      }
      offset = pieceStart + PIECE_OFFSETS;
    }
    return end;
  }
}

function firstInByte(isWanted: (state: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    for (let at = 0; at < OFFSETS_PER_BYTE; at++) if (isWanted((byte >> (at << 1)) & 3)) return at;
    return OFFSETS_PER_BYTE;
  });
}
