/**
 * An index file: header, slots, items.
 *
 *      0  8  begin timestamp          8  8  end timestamp
 *     16  8  begin physical offset   24  8  end physical offset
 *     32  4  used slots              36  4  number of the next item, starts at 1
 *     40  4 * slots                  int32 number of the slot's newest item, 0 = none
 *     ..  20 * items                 item 0 is never used
 *
 * Item: int32 key hash, int64 physical offset, int32 seconds since begin timestamp, int32 number of
 * the slot's previous item. Used slots is 0 while the slots on disk are not up to date; they are
 * then made again from the items, which hold all that is needed.
 */
export const IndexLayout = {
  BEGIN_TIMESTAMP: 0,
  END_TIMESTAMP: 8,
  BEGIN_OFFSET: 16,
  END_OFFSET: 24,
  SLOT_COUNT: 32,
  ITEM_COUNT: 36,
  HEADER_BYTES: 40,
  SLOT_BYTES: 4,
  ITEM_BYTES: 20,
} as const;

/** Java's `Math.abs` of a hash, with the one value that has no absolute value made 0. */
export function indexKeyHash(stringHash: number): number {
  return stringHash === -0x80000000 ? 0 : Math.abs(stringHash);
}
