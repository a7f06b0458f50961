import { getInt32, getInt64 } from '../bytes/integers';
import { IndexLayout } from './index-layout';

/**
 * What an index file's header is to an earlier one: the same, that of a file which got more items
 * since (or whose slots are being written), or another one, which must not be. Several fields change
 * when a file grows, so a damaged one does not look like it.
 */
export function compareIndexHeaders(before: Buffer, now: Buffer): 'same' | 'grown' | 'other' {
  if (before.equals(now)) return 'same';
  const long = (at: number): number => getInt64(now, at) - getInt64(before, at);
  const items = getInt32(now, IndexLayout.ITEM_COUNT) - getInt32(before, IndexLayout.ITEM_COUNT);
  const beginsThere =
    long(IndexLayout.BEGIN_TIMESTAMP) === 0 && long(IndexLayout.BEGIN_OFFSET) === 0;
  const timeMs = long(IndexLayout.END_TIMESTAMP);
  const bytes = long(IndexLayout.END_OFFSET);
  const hasGrown = items > 0 && bytes > 0;
  const isUnderway = items === 0 && bytes === 0 && timeMs === 0 && isDisowned(now);
  return beginsThere && (hasGrown || isUnderway) ? 'grown' : 'other';
}

function isDisowned(header: Buffer): boolean {
  return getInt32(header, IndexLayout.SLOT_COUNT) === 0;
}
